import pytest
from django.db import DatabaseError, transaction

from portal.errors import Invalid, Stale
from portal.people import organisations, units
from portal.people.errors import AlreadySetUp, CurrencyFixed, StepsOpen
from portal.people.models import Organisation, Unit
from portal.record.models import AuditEntry

OURS = {"name": "Halden Works", "currency": "NOK", "time_zone": "Europe/Oslo"}


def described(**changes):
    return organisations.describe(**{"actor": None} | OURS | changes)


def all_steps():
    for step in organisations.STEPS:
        organisations.note_step(step, actor=None)


def test_the_first_description_brings_the_organisation_into_being(db):
    company = units.found("Your organisation", Unit.Kind.COMPANY, actor=None)

    row = described(fiscal_year_starts_month=4, working_days=[7, 1, 2, 3, 4])

    assert (row.name, row.currency, row.fiscal_year_starts_month, row.working_days) == ("Halden Works", "NOK", 4, [1, 2, 3, 4, 7])
    assert (row.is_demo, row.set_up_at, organisations.is_set_up()) == (False, None, False)
    company.refresh_from_db()
    assert company.name == "Halden Works"
    assert AuditEntry.objects.filter(kind="organisation").get().verb == "organisation.founded"


def test_a_change_is_audited_by_field_and_the_company_follows_its_name(db):
    company = units.found("Your organisation", Unit.Kind.COMPANY, actor=None)
    row = described()

    described(name="Halden Group", currency="EUR", version=row.version)

    company.refresh_from_db()
    assert company.name == "Halden Group"
    assert AuditEntry.objects.get(verb="organisation.changed").params == {"fields": ["currency", "name"]}


def test_a_company_that_was_named_otherwise_keeps_its_name(db):
    company = units.found("Your organisation", Unit.Kind.COMPANY, actor=None)
    described()
    company.refresh_from_db()
    units.rename(company, "Halden Holding", actor=None, version=company.version)

    described(name="Halden Group")

    company.refresh_from_db()
    assert company.name == "Halden Holding"


def test_saving_what_stands_there_writes_nothing(db):
    described()

    described()

    assert AuditEntry.objects.filter(verb="organisation.changed").count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("currency", "ABC"),
        ("currency", ""),
        ("time_zone", "Mars/Olympus"),
        ("fiscal_year_starts_month", 13),
        ("working_days", []),
        ("working_days", [0, 8]),
        ("language", "tlh"),
    ],
)
def test_what_does_not_fit_is_told_by_field_and_founds_nothing(db, field, value):
    with pytest.raises(Invalid) as refusal:
        described(**{field: value})

    assert set(refusal.value.fields) == {field}
    assert not Organisation.objects.exists()


def test_a_late_save_is_refused(db):
    row = described()
    described(name="Halden Group", version=row.version)

    with pytest.raises(Stale):
        described(name="Halden Ltd", version=row.version)


def test_the_set_up_ends_once_every_needed_step_is_answered(db):
    with pytest.raises(StepsOpen):
        organisations.finish(actor=None)
    described()
    with pytest.raises(StepsOpen) as refusal:
        organisations.finish(actor=None)
    assert refusal.value.facts["steps"] == ["units", "levels", "appetite"]

    all_steps()
    organisations.finish(actor=None)

    assert organisations.is_set_up()
    with pytest.raises(AlreadySetUp):
        organisations.finish(actor=None)


def test_the_currency_is_set_once(db):
    described()
    all_steps()
    organisations.finish(actor=None)

    with pytest.raises(CurrencyFixed):
        described(currency="EUR")

    assert described(name="Halden Group").currency == "NOK"


def test_a_step_is_noted_once_and_not_after_the_end(db):
    described()
    organisations.note_step("units", actor=None)
    organisations.note_step("units", actor=None)
    all_steps()
    organisations.finish(actor=None)
    organisations.note_step("another", actor=None)

    assert AuditEntry.objects.filter(verb="organisation.step_done").count() == 5
    assert "another" not in Organisation.objects.get().steps_done


def test_an_organisation_never_becomes_a_demo_nor_goes_away(db):
    described()

    with pytest.raises(DatabaseError), transaction.atomic():
        Organisation.objects.update(is_demo=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Organisation.objects.all().delete()
    assert described(name="Halden Group", is_demo=True).is_demo is False


def test_what_a_process_remembers_follows_a_change(db, django_capture_on_commit_callbacks):
    described()
    assert organisations.current().name == "Halden Works"

    with django_capture_on_commit_callbacks(execute=True):
        described(name="Halden Group")

    assert organisations.current().name == "Halden Group"
