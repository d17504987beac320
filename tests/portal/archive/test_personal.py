import io
import json
import zipfile
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client

from portal.archive import personal
from portal.people.models import User
from portal.record import audit
from portal.workbench import custom_fields, particulars
from portal.workbench.models import Particulars
from risks.models import Risk
from tests.factories.risks import make_risk
from tests.house.world import BACKEND


@pytest.fixture
def ola(person, company):
    """An analyst who owns an open and a confidential risk, and wrote something about each."""
    ola = person("ANALYST")
    for title, hidden in (("Line control stops", False), ("Nightglass fails", True)):
        risk = make_risk(unit=company.northfield, title=title, it_owner=ola, is_confidential=hidden)
        audit.record(ola, "risk.noted", risk, text=f"Ola about {title}")
    return ola


def signed_in(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def owned(held):
    (told,) = [one for one in held["named_on"] if (one["table"], one["column"]) == ("risks.Risk", "it_owner")]
    return told["count"], len(told["rows"]), told["hidden"]


def words(held):
    return [one["words"] for one in held["did"] if one["verb"] == "risk.noted"]


def test_a_person_reads_everything_about_themselves(ola):
    held = personal.held_on(ola, reader=ola)

    assert held["account"]["email"] == ola.email
    assert [(role["role"], role["unit__name"]) for role in held["roles"]] == [("ANALYST", "Verrow Manufacturing")]
    assert owned(held) == (2, 2, 0)
    assert words(held) == ["Ola about Line control stops", "Ola about Nightglass fails"]


def test_what_names_them_in_a_custom_field_is_held_on_them_too(ola, person):
    admin = person("ADMIN")
    field = custom_fields.define(actor=admin, kind="risk", label="Deputy owner", type="PERSON")
    for risk in Risk.objects.order_by("pk"):
        Particulars.objects.create(subject_kind="risk", subject_id=risk.pk, told={particulars.kept_as(field): ola.pk})

    for reader, count in ((ola, 2), (admin, 0)):
        (told,) = [one for one in personal.held_on(ola, reader=reader)["named_on"] if one["table"] == "workbench.Particulars"]
        assert (told["what"], told["count"], len(told["rows"])) == ("Risks, Deputy owner", 2, count)
    assert "Particulars" not in json.dumps(personal.held_on(admin, reader=admin), default=str)


def test_an_administrator_reads_no_words_and_nothing_they_may_not_open(ola, person):
    held = personal.held_on(ola, reader=person("ADMIN"))

    assert owned(held) == (2, 0, 2)
    assert words(held) == []
    assert "Nightglass" not in json.dumps(held, default=str)


def test_nobody_else_reads_it(ola, person):
    for role in ("CIO", "AUDITOR", "ANALYST", "BOARD"):
        reader = person(role)
        with pytest.raises(PermissionDenied):
            personal.held_on(ola, reader=reader)
        for address in ("/archive/personal/{}/", "/archive/personal/{}/download/", "/api/v1/personal-data/{}/"):
            assert signed_in(reader).get(address.format(ola.pk)).status_code == 404


def test_every_table_that_points_to_a_person_is_looked_at():
    columns = {(field.model._meta.label, field.name) for field in personal._pointing()}

    assert {("risks.Risk", "security_owner"), ("attention.Reminder", "recipient"), ("people.Unit", "head")} <= columns
    assert ("attention.Review_people", "user") in columns
    assert not any(label.endswith("Event") for label, _name in columns)


def test_the_pages_and_the_api_say_the_same(ola):
    client = signed_in(ola)

    own, page = client.get("/archive/personal/"), client.get(f"/archive/personal/{ola.pk}/")
    answer = client.get(f"/api/v1/personal-data/{ola.pk}/").json()

    for body in (own.content.decode(), page.content.decode()):
        assert "What the portal holds on you" in body
        assert "Nightglass fails" in body
        assert "Ola about Line control stops" in body
    assert owned(answer) == (2, 2, 0)


def test_the_file_holds_it_all(ola):
    answer = signed_in(ola).get(f"/archive/personal/{ola.pk}/download/")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        held = json.loads(packed.read(f"person-{ola.pk}.json"))
    assert answer["Content-Disposition"] == f'attachment; filename="person-{ola.pk}.zip"'
    assert owned(held) == (2, 2, 0)
    assert "password" not in json.dumps(held)


def test_the_command_leaves_nothing_out_and_writes_for_its_owner_alone(ola, tmp_path):
    User.objects.filter(pk=ola.pk).update(is_active=False)
    file = tmp_path / "ola.zip"

    call_command("personal_data", ola.email.upper(), str(file), stdout=StringIO())

    with zipfile.ZipFile(file) as packed:
        held = json.loads(packed.read(f"person-{ola.pk}.json"))
    assert owned(held) == (2, 2, 0)
    assert len(words(held)) == 2
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("personal_data", ola.email, str(file))
    with pytest.raises(CommandError, match="There is no account"):
        call_command("personal_data", "nobody@verrow.example", str(tmp_path / "x"))


def test_a_session_and_a_wrong_password_are_told(client, person):
    ola = person("ANALYST")
    ola.browser_sessions.create(session_key="k", device="Firefox on Windows", address="192.0.2.7")
    from axes.models import AccessAttempt

    AccessAttempt.objects.create(username=ola.email.upper(), ip_address="192.0.2.8", failures_since_start=2)

    held = personal.held_on(ola, reader=ola)

    assert [one["device"] for one in held["sessions"]] == ["Firefox on Windows"]
    assert [one["ip_address"] for one in held["failed_sign_ins"]] == ["192.0.2.8"]
