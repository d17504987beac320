from datetime import timedelta

import pytest
from django.urls import reverse

from portal.people import organisations
from portal.signing import content, signatures
from portal.signing.models import Signature
from risks import authority, exceptions
from risks.models import AuthorityTable, RiskException
from tests.factories.portal import freshen
from tests.factories.risks import make_exception, make_levels, make_risk, sign


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def leaders(person):
    return {seat: person(seat) for seat in ("CIO", "CISO")}


@pytest.fixture
def risk(company, owner, leaders):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk)
    return risk


@pytest.fixture
def exception(risk, owner):
    return make_exception(risk, by=owner)


def answers(risk, **said):
    today = organisations.today()
    given = {
        "risk": risk.pk,
        "kind": "RISK_ACCEPTANCE",
        "title": "Shared sign-ins",
        "reason_kind": "TIME",
        "reason": "New panels arrive in spring",
        "starts_on": today,
        "ends_on": today + timedelta(days=60),
    }
    return given | said


def of(name, *args):
    return reverse(f"risks:{name}", args=args)


def signing(name, exception):
    return reverse(f"signing:{name}", args=["exception", exception.pk])


def test_an_exception_is_proposed_and_shown_with_whom_it_waits_for(risk, owner, leaders, signed_in):
    client = signed_in(owner)
    assert risk.number in client.get(f"{of('exception-new')}?risk={risk.pk}").content.decode()

    response = client.post(of("exception-new"), answers(risk, owner=owner.pk), follow=True)

    body = response.content.decode()
    assert "Waits for signatures" in body
    assert "only those sign it who may sign any sum" in body
    assert f"waits for {leaders['CIO'].name}" in body
    assert "no qualified electronic signature" in body


def test_with_scripts_one_is_led_on(risk, owner, signed_in):
    response = signed_in(owner).post(of("exception-new"), answers(risk, owner=owner.pk), headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == of("exception", RiskException.objects.get().pk)


def test_what_does_not_fit_stays_on_the_form(risk, owner, signed_in):
    client = signed_in(owner)

    for said, sentence in (
        ({"risk": "R-9999"}, "no open risk of this number"),
        ({"ends_on": organisations.today() + timedelta(days=900)}, "At most a year"),
        ({"title": ""}, "This field is required"),
    ):
        response = client.post(of("exception-new"), answers(risk, owner=owner.pk) | said)
        assert response.status_code == 422
        assert sentence in response.content.decode()
    assert not RiskException.objects.exists()


def test_a_reader_without_the_right_neither_proposes_nor_signs(exception, person, signed_in):
    client = signed_in(person("AUDITOR"))

    assert client.get(of("exception", exception.pk)).status_code == 200
    for address in (of("exception-new"), of("exception-closing", exception.pk), signing("signature", exception)):
        assert client.post(address).status_code == 403


def test_an_exception_of_a_risk_one_may_not_open_is_missing(exception, person, company, signed_in):
    client = signed_in(person("OWNER", unit=company.eastmere))

    for address in (of("exception", exception.pk), signing("signatures", exception), of("exception-words", exception.pk)):
        assert client.get(address).status_code == 404
    assert exception.title not in client.get(of("exceptions")).content.decode()


def test_signing_asks_for_the_factor_first_and_comes_back(exception, leaders, signed_in):
    client = signed_in(leaders["CIO"])
    client.session["account_authentication_methods"] = []
    freshen(client, leaders["CIO"], seconds_ago=1000)

    response = client.post(signing("signature", exception), {"digest": content.digest_of(exception)})

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert not Signature.objects.exists()


def test_both_leaders_sign_what_they_read(exception, leaders, signed_in):
    for leader in leaders.values():
        client = signed_in(leader)
        freshen(client, leader)
        assert "Sign this" in client.get(signing("signatures", exception)).content.decode()
        client.post(signing("signature", exception), {"digest": content.digest_of(exception)})

    exception.refresh_from_db()
    assert exception.is_signed
    assert "Signed off in Concord" in client.get(of("exception", exception.pk)).content.decode()


def test_what_moved_since_it_was_read_is_not_signed(exception, leaders, signed_in):
    client = signed_in(leaders["CIO"])
    freshen(client, leaders["CIO"])

    response = client.post(signing("signature", exception), {"digest": "0" * 64})

    assert response.status_code == 412
    assert "changed since you read it" in response.content.decode()
    assert client.post(signing("signature", exception)).status_code == 412
    assert not Signature.objects.exists()


def test_a_refusal_without_a_reason_stays_on_the_page(exception, leaders, signed_in):
    client = signed_in(leaders["CISO"])
    freshen(client, leaders["CISO"])
    digest = content.digest_of(exception)

    assert client.post(signing("refusal", exception), {"digest": digest, "reason": ""}).status_code == 422
    client.post(signing("refusal", exception), {"digest": digest, "reason": "Not without a guard"})

    assert "Not without a guard" in client.get(of("exception", exception.pk)).content.decode()


def test_signing_again_shows_the_difference_alone(exception, owner, leaders, signed_in):
    sign(exception, *leaders.values())
    exceptions.change(exception, actor=owner, version=None, compensating_control="A guard at night")

    body = signed_in(leaders["CIO"]).get(signing("signatures", exception)).content.decode()

    assert "<del>The hall is locked and watched</del>" in body
    assert "<ins>A guard at night</ins>" in body
    assert f"Changed since {leaders['CIO'].name} signed" in body


def test_it_is_changed_extended_and_closed(exception, owner, leaders, signed_in):
    client = signed_in(owner)
    changed = answers(exception.risk, owner=owner.pk, version=exception.version, title="Two panels only")
    client.post(of("exception-words", exception.pk), changed)
    exception.refresh_from_db()
    assert exception.title == "Two panels only"

    late = client.post(of("exception-words", exception.pk), changed | {"title": "Another"})
    assert late.status_code == 412

    sign(exception, *leaders.values())
    until = exception.ends_on + timedelta(days=30)
    client.post(of("exception-extension", exception.pk), {"ends_on": until, "reason": "The panels are late"})
    longer = RiskException.objects.get(extends=exception)
    assert "Extended; first permitted on" in client.get(of("exception", longer.pk)).content.decode()
    sign(longer, *leaders.values())
    page = client.get(of("exception", exception.pk)).content.decode()
    assert (longer.number in page, "which takes over then, until" in page, "Extend it" in page) == (True, True, False)

    assert client.post(of("exception-closing", exception.pk), {"gap_fixed": "no"}).status_code == 422
    client.post(of("exception-closing", exception.pk), {"gap_fixed": "yes"})
    exception.refresh_from_db()
    assert exception.outcome == "FIXED"


def test_the_list_tells_apart_what_waits_holds_and_has_expired(risk, owner, leaders, signed_in):
    today = organisations.today()
    waiting = make_exception(risk, by=owner, title="Waiting one")
    over = make_exception(risk, by=owner, kind="POLICY_EXCEPTION", title="Expired one")
    sign(over, *leaders.values())
    RiskException.objects.filter(pk=over.pk).update(starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    over.refresh_from_db()
    sign(over, *leaders.values())
    client = signed_in(owner)

    seen = {view: client.get(of("exceptions"), {"view": view}).content.decode() for view in ("waiting", "expired", "closed")}

    assert waiting.title in seen["waiting"]
    assert over.title not in seen["waiting"]
    assert over.title in seen["expired"]
    assert "No exception was closed yet." in seen["closed"]
    assert "An exception has expired: decide anew" in client.get(of("risk", risk.pk)).content.decode()
    assert "Exception expired" in client.get("/").content.decode()


def test_the_leaders_sign_a_table_once(leaders, signed_in):
    client = signed_in(leaders["CIO"])
    assert "sign everything until" in client.get(of("authority")).content.decode()
    body = client.get(of("authority-new")).content.decode()
    assert "a place to start from" in body

    lines = {"covers_1": "RISK_ACCEPTANCE", "band_1": "SEVERE", "offices_1": ["CIO", "CISO"]}
    assert client.post(of("authority-new"), {"covers_1": "RISK_ACCEPTANCE", "band_1": "LOW"}).status_code == 422
    client.post(of("authority-new"), lines)
    table = AuthorityTable.objects.get()
    assert authority.in_force() is None

    sign(table, *leaders.values())
    assert authority.in_force() == table
    assert "Signed on" in client.get(of("authority")).content.decode()

    AuthorityTable.objects.filter(pk=table.pk).update(lines=[])
    assert authority.in_force() is None


def test_a_proposed_table_is_taken_back(leaders, signed_in):
    table = authority.propose(authority.OFFERED, actor=leaders["CIO"])

    signed_in(leaders["CISO"]).post(of("authority-withdrawal", table.pk))

    assert authority.proposed() is None
    assert not signatures.waiting_for(leaders["CIO"])
