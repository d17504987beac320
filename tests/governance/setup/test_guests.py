import pytest

from governance.setup import guests
from governance.setup.guests import Named
from portal.errors import Invalid
from portal.people import appointments
from portal.people.errors import AlreadySetUp
from portal.people.models import Appointment, Organisation, RoleAssignment, User
from portal.record.models import AuditEntry

NOBODY = Named()
MARTA, IDRIS, VIKTOR = (
    Named("Marta Lindqvist", "marta@halden.example"),
    Named("Idris Okafor", "idris@halden.example"),
    Named("Viktor Halasz", "viktor@halden.example"),
)


@pytest.fixture
def unsettled(company):
    Organisation.objects.update(set_up_at=None)
    return company


def seated(admin=None, **pairs):
    wanted = dict.fromkeys(Appointment.Seat.values, (NOBODY, NOBODY)) | pairs
    guests.seat_all(wanted, actor=admin)
    return {seat: (who.person.email, who.as_substitute) for seat, who in appointments.filled().items()}


def test_leaders_are_invited_and_seated_by_one_person(unsettled, person):
    admin = person("ADMIN")

    found = seated(admin, CIO=(MARTA, VIKTOR), CISO=(IDRIS, NOBODY), ARBITER=(VIKTOR, NOBODY))

    assert found == {"CIO": (MARTA.email, False), "CISO": (IDRIS.email, False), "ARBITER": (VIKTOR.email, False)}
    assert Appointment.objects.get(seat="CIO", ended_at=None).substitute.email == VIKTOR.email
    assert AuditEntry.objects.filter(verb="user.appointed", actor=admin).count() == 3
    assert not User.objects.get(email=MARTA.email).has_usable_password()


def test_saving_the_same_again_changes_nothing(unsettled):
    seated(CIO=(MARTA, NOBODY), CISO=(IDRIS, NOBODY))
    entries = AuditEntry.objects.count()

    seated(CIO=(MARTA, NOBODY), CISO=(IDRIS, NOBODY))

    assert AuditEntry.objects.count() == entries


def test_two_leaders_may_change_places_in_one_step(unsettled):
    seated(CIO=(MARTA, NOBODY), CISO=(IDRIS, NOBODY))

    assert seated(CIO=(IDRIS, NOBODY), CISO=(MARTA, NOBODY)) == {"CIO": (IDRIS.email, False), "CISO": (MARTA.email, False)}


def test_a_seat_that_is_emptied_is_vacant(unsettled):
    seated(CIO=(MARTA, NOBODY))

    assert seated() == {}


@pytest.mark.parametrize(
    ("pairs", "field", "words"),
    [
        ({"CIO": (MARTA, NOBODY), "CISO": (MARTA, NOBODY)}, "CISO_email", "name a substitute for the second one"),
        ({"CIO": (MARTA, NOBODY), "ARBITER": (MARTA, NOBODY)}, "ARBITER_email", "never one of them"),
        ({"CIO": (MARTA, NOBODY), "CISO": (IDRIS, MARTA)}, "CISO_email", "fills a seat already"),
        ({"CIO": (Named("Marta", "nowhere"), NOBODY)}, "CIO_email", "valid email"),
    ],
)
def test_a_rule_refuses_in_one_sentence_at_its_seat_and_nobody_is_seated(unsettled, pairs, field, words):
    with pytest.raises(Invalid) as refusal:
        seated(**pairs)

    assert set(refusal.value.fields) == {field}
    assert words in refusal.value.fields[field][0]
    assert not Appointment.objects.exists()
    assert not User.objects.exists()


def test_whoever_looks_after_accounts_fills_no_seat(unsettled, person):
    admin = person("ADMIN")

    with pytest.raises(Invalid) as refusal:
        seated(admin, CIO=(Named(admin.name, admin.email), NOBODY))

    assert "never fill a seat" in refusal.value.fields["CIO_email"][0]


def test_once_the_organisation_runs_one_person_seats_nobody(company):
    with pytest.raises(AlreadySetUp):
        seated(CIO=(MARTA, NOBODY))


LIST = """Dana Amari, dana@halden.example, Analyst
"Brandt, Lena", LENA@halden.example, Department head, northfield

Mira Sandoval, mira@halden.example"""


def test_a_list_invites_everybody_with_role_and_unit(person, company):
    admin = person("ADMIN")

    guests.invite_all(LIST, actor=admin)

    given = RoleAssignment.objects.filter(granted_by=admin).order_by("user__email").values_list("user__name", "role", "unit__name")
    assert list(given) == [
        ("Dana Amari", "ANALYST", "Verrow Manufacturing"),
        ("Brandt, Lena", "HEAD", "Northfield"),
        ("Mira Sandoval", "COLLEAGUE", "Verrow Manufacturing"),
    ]
    assert User.objects.get(email="lena@halden.example").unit == company.northfield


def test_what_a_sheet_copies_fits_as_well(company):
    planned = guests.plan("Dana Amari\tdana@halden.example\tAnalyst\tEastmere\nMira\tmira@halden.example")

    assert [(one.name, one.role, one.unit.name) for one in planned] == [
        ("Dana Amari", "ANALYST", "Eastmere"),
        ("Mira", "COLLEAGUE", "Verrow Manufacturing"),
    ]


def test_somebody_with_an_account_gets_the_role_alone(person, company):
    dana = person("COLLEAGUE", email="dana@halden.example")

    guests.invite_all("Dana, dana@halden.example, Analyst", actor=None)

    assert sorted(dana.role_assignments.values_list("role", flat=True)) == ["ANALYST", "COLLEAGUE"]


def test_every_wrong_line_is_told_and_nobody_is_invited(company):
    text = "\n".join(
        (
            "Dana, dana@halden.example",
            ", nobody@halden.example",
            "X, nowhere",
            "Y, y@halden.example, Wizard",
            "Z, z@halden.example, , Mars",
            "Dana, dana@halden.example",
        )
    )

    with pytest.raises(Invalid) as refusal:
        guests.invite_all(text, actor=None)

    assert [told.partition(":")[0] for told in refusal.value.fields["people"]] == ["Line 2", "Line 3", "Line 4", "Line 5", "Line 6"]
    assert not User.objects.exists()


def test_a_rule_that_refuses_a_role_is_told_by_name(company, person):
    person("CIO", email="marta@halden.example")

    with pytest.raises(Invalid) as refusal:
        guests.invite_all("Dana, dana@halden.example\nMarta, marta@halden.example, Auditor", actor=None)

    assert "Marta: " in refusal.value.fields["people"][0]
    assert not User.objects.filter(email="dana@halden.example").exists()
