"""The demo goes as a whole, by the owner's hand alone; what is real never goes."""

from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from governance.compliance import frameworks
from governance.setup import clearing, tasks
from governance.setup.clearing import NoDemo, NotAsked
from portal import clock
from portal.errors import Invalid
from portal.people import openings, organisations, units
from portal.people.models import Opening, Organisation, Unit, User
from portal.record import audit, sealing, totals
from portal.record.models import AuditEntry, Seal
from risks import appetite, register
from risks.models import Risk
from tests.conftest import OWNER, acting_as
from tests.factories import portal as make
from tests.house.world import BACKEND


def founded(**facts):
    """A small organisation with a risk, an entry in the record and an administrator."""
    told = {"name": "Verrow Manufacturing", "currency": "EUR", "time_zone": "Europe/Berlin", "is_demo": True}
    organisations.describe(actor=None, **(told | facts))
    root = units.found("Verrow Manufacturing", Unit.Kind.COMPANY, actor=None)
    admin = make.make_person("ADMIN", company=SimpleNamespace(root=root))
    appetite.agree({"": (40, 60)}, actor=None)
    for step in organisations.STEPS:
        organisations.note_step(step, actor=admin)
    organisations.finish(actor=admin)
    register.log(actor=admin, title="Ransomware reaches line control", category="OT", unit=root)
    totals.add([(root.pk, "risks.open", 1)])
    sealing.seal_all()
    return admin


@pytest.fixture
def demo(db):
    return founded()


def counts():
    """Rows by table, of everything there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return found


def test_asking_takes_the_name_and_leaves_an_entry(demo):
    with pytest.raises(Invalid) as refusal:
        clearing.ask("verrow", actor=demo)
    assert "name" in refusal.value.fields
    assert not AuditEntry.objects.filter(verb=clearing.ASKED).exists()

    token = clearing.ask(" Verrow Manufacturing ", actor=demo)

    assert clearing.under_way(token)
    assert clearing.opening_asked_for() == openings.digest_of(token)
    assert token not in str(AuditEntry.objects.get(verb=clearing.ASKED).params)


def test_a_real_organisation_is_never_asked_about_nor_cleared(own_db):
    admin = founded(is_demo=False)

    with pytest.raises(NoDemo):
        clearing.ask("Verrow Manufacturing", actor=admin)
    audit.record(admin, clearing.ASKED, Organisation.objects.get(), {"opening": "0" * 64})  # somebody writes into the record
    with acting_as(OWNER):
        with pytest.raises(NoDemo):
            clearing.clear()
        with pytest.raises(CommandError):
            call_command("clear_demo", "--asked")

    assert Risk.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Organisation.objects.update(is_demo=True)


def test_an_ask_is_good_for_a_quarter_of_an_hour_and_from_an_administrator(demo, person):
    with pytest.raises(NotAsked):
        clearing.opening_asked_for()
    token = clearing.ask("Verrow Manufacturing", actor=demo)

    with clock.stopped(clock.now() + clearing.GOOD_FOR), pytest.raises(NotAsked):
        clearing.opening_asked_for()
    demo.role_assignments.update(ended_at=clock.now())
    with pytest.raises(NotAsked):
        clearing.opening_asked_for()
    assert clearing.under_way(token)


def test_the_application_may_not_clear_by_itself(own_db):
    founded()

    with pytest.raises(DatabaseError):
        clearing.clear()

    assert Risk.objects.count() == 1


def test_clearing_leaves_what_a_new_portal_has_and_the_link_of_the_asker(own_db, tmp_path):
    frameworks.add_shipped()
    fresh = counts()
    admin = founded()
    token = clearing.ask("Verrow Manufacturing", actor=admin)
    accounts = tmp_path / "demo-accounts.json"
    accounts.write_text("{}")

    with acting_as(OWNER):
        call_command("clear_demo", "--asked", accounts=accounts, stdout=StringIO())

    assert counts() == fresh | {"people_opening": 1}
    assert openings.by_token(token)
    assert not accounts.exists()
    assert organisations.current() is None
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE record_auditentry")


def test_afterwards_the_guards_stand_and_numbers_begin_anew(own_db):
    founded()
    with acting_as(OWNER):
        clearing.clear()

    with acting_as(OWNER), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE record_auditentry CASCADE")
    founded(is_demo=False, name="Halden Works")
    assert Risk.objects.get().number == "R-0001"
    assert Seal.objects.order_by("seq").first().seq == 1


def test_by_hand_the_name_is_typed_and_a_link_is_printed(own_db, tmp_path):
    founded()
    out, file = StringIO(), tmp_path / "first-sign-in.txt"

    with acting_as(OWNER):
        with pytest.raises(CommandError):
            call_command("clear_demo", name="Verrow", stdout=out)
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("FIRST_SIGN_IN", str(file))
            call_command("clear_demo", name="Verrow Manufacturing", accounts=tmp_path / "none.json", stdout=out)

    assert not User.objects.exists()
    assert file.read_text().strip() == out.getvalue().splitlines()[-1]


@pytest.fixture
def admin_page(client, demo):
    client.force_login(demo, backend=BACKEND)
    return client


def with_factor(client, user):
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": clock.now().timestamp()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def test_the_page_asks_for_the_second_factor_first(admin_page):
    answer = admin_page.post(reverse("setup:demo"), {"name": "Verrow Manufacturing"})

    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(verb=clearing.ASKED).exists()


def test_with_a_fresh_factor_the_page_asks_and_leads_to_the_way_in(admin_page, demo, settings, django_capture_on_commit_callbacks):
    with_factor(admin_page, demo)

    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_page.post(reverse("setup:demo"), {"name": "Verrow Manufacturing"})

    assert "_auth_user_id" not in admin_page.session
    waiting = admin_page.get(answer["Location"])
    assert waiting.status_code == 200
    assert waiting["Refresh"] == "2"
    assert "clear_demo --asked" in waiting.content.decode()


def test_another_name_clears_nothing(admin_page, demo):
    with_factor(admin_page, demo)

    answer = admin_page.post(reverse("setup:demo"), {"name": "Verrow"})

    assert answer.status_code == 422
    assert "Type Verrow Manufacturing as it stands here" in answer.content.decode()


def test_a_real_organisation_has_no_such_page(client, person):
    client.force_login(person("ADMIN"), backend=BACKEND)

    answer = client.get(reverse("setup:demo"))
    assert answer.status_code == 409
    assert "This organisation is real" in answer.content.decode()
    assert "Clear the demo" not in client.get(reverse("setup:settings")).content.decode()


def test_every_page_of_a_demo_carries_its_mark_and_no_page_of_a_real_one(admin_page, demo, client):
    for address in ("/", reverse("setup:settings"), reverse("setup:demo"), "/nowhere/"):
        assert "Demo: everything here is made up" in admin_page.get(address).content.decode(), address
    client.logout()
    assert "Demo: everything here is made up" in client.get(reverse("account_login")).content.decode()


def test_a_real_organisation_carries_no_mark(client, person):
    client.force_login(person("ADMIN"), backend=BACKEND)

    assert "Demo:" not in client.get(reverse("setup:settings")).content.decode()


def test_a_worker_without_the_owners_rights_does_nothing(settings, monkeypatch):
    settings.CLEARS_DEMO = False
    monkeypatch.setattr(tasks.subprocess, "run", lambda *a, **k: pytest.fail("it ran"))

    tasks.clear_demo()


def test_a_link_issued_for_a_cleared_demo_keeps_the_next_demo_out(db):
    assert not openings.was_issued()
    openings.issue("0" * 64)

    assert openings.was_issued()
    assert Opening.objects.get().expires_at - clock.now() > timedelta(hours=23)
