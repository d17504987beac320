"""A repeated request is answered again and not done again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from assets.models import Asset
from portal import clock
from portal.web import repeats
from portal.web.models import IdempotencyKey
from tests.factories.portal import make_company, make_person


def body(company, **fields):
    return {"name": "Gateway", "kind": "NETWORK", "unit": company.northfield.pk} | fields


def keyed(key):
    return {"Idempotency-Key": key}


def test_a_repeat_gets_the_first_answer_and_does_nothing(things, api, company):
    client, key = api("ANALYST"), str(uuid4())

    first = client.post(things, body(company), format="json", headers=keyed(key))
    again = client.post(things, body(company), format="json", headers=keyed(key))

    assert Asset.objects.count() == 1
    assert (again.status_code, again.content) == (201, first.content)
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotency-Replayed"] == "true"


def test_a_key_is_for_one_request_only(things, api, company):
    client = api("ANALYST")
    client.post(things, body(company), format="json", headers=keyed("k-1"))

    other_body = client.post(things, body(company, name="Other"), format="json", headers=keyed("k-1"))
    other_address = client.post(f"{things}bulk/", {"rows": [body(company)]}, format="json", headers=keyed("k-1"))

    assert (other_body.status_code, other_body.json()["code"]) == (422, "key-reused")
    assert other_address.status_code == 422
    assert Asset.objects.count() == 1


def test_a_key_belongs_to_its_account(things, api, company):
    for who in ("ANALYST", "CIO"):
        api(who).post(things, body(company), format="json", headers=keyed("k-1"))

    assert Asset.objects.count() == 2


def test_a_refused_request_leaves_its_key_free(things, api, company):
    client = api("ANALYST")

    refused = client.post(things, body(company, kind="TOASTER"), format="json", headers=keyed("k-1"))
    mended = client.post(things, body(company), format="json", headers=keyed("k-1"))

    assert (refused.status_code, mended.status_code) == (422, 201)


def test_a_key_is_kept_for_48_hours(things, api, company):
    client = api("ANALYST")
    client.post(things, body(company), format="json", headers=keyed("k-1"))

    with clock.stopped(clock.now() + timedelta(hours=47)):
        client.post(things, body(company), format="json", headers=keyed("k-1"))
        kept = Asset.objects.count()
    with clock.stopped(clock.now() + timedelta(hours=49)):
        client.post(things, body(company), format="json", headers=keyed("k-1"))

    assert (kept, Asset.objects.count()) == (1, 2)


def test_a_dry_run_uses_no_key(things, api, company):
    client = api("ANALYST")

    client.post(f"{things}?dry_run=1", body(company), format="json", headers=keyed("k-1"))

    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "ä"])
def test_a_malformed_key_is_refused(things, api, company, key):
    answer = api("ANALYST").post(things, body(company), format="json", HTTP_IDEMPOTENCY_KEY=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-key")


def asking(user):
    client = APIClient()
    client.force_authenticate(user, SimpleNamespace(pk=1, scopes=["things:write"]))
    return client


def test_a_repeat_while_the_first_is_under_way_is_told_to_come_back(own_db, things):
    company = make_company()
    analyst = make_person("ANALYST", company=company)

    def repeat():
        try:
            return asking(analyst).post(things, body(company), format="json", headers=keyed("k-1"))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert repeats._alone(analyst.pk, "k-1")
        answer = pool.submit(repeat).result()

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "request-under-way", "1")
    assert not Asset.objects.exists()


def test_many_at_once_by_one_external_id_make_one_row(own_db, things):
    company = make_company()
    analyst = make_person("ANALYST", company=company)
    together = Barrier(6)

    def put(number):
        try:
            together.wait()
            answer = asking(analyst).put(
                f"{things}by-external-id/cmdb/ci-1/", body(company, name=f"Gateway {number}"), format="json"
            )
            return answer.status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(put, range(6)))

    assert statuses == [200, 200, 200, 200, 200, 201]
    assert Asset.objects.count() == 1
