import pytest

from portal.errors import Invalid
from portal.people import accounts, guest_list
from portal.people.models import Invitation, RoleAssignment, Unit, User
from tests.factories.portal import make_unit, make_user

HEAD = "email,name,unit,roles,language,time_zone\n"


def wrong(text):
    """(line, column) → sentences of everything that is wrong with `text`."""
    return {(row.line, column): told for row in guest_list.read(text).rows for column, told in row.wrong.items()}


def test_a_list_as_a_spreadsheet_exports_it(company):
    found = guest_list.read("\ufeffE-Mail;Name;Roles\nbo@verrow.example;Bo;Analyst|owner\n\n;;\n".replace("\ufeffE-Mail", "email"))

    (row,) = found.rows
    assert (row.line, row.guest.email, row.guest.roles) == (2, "bo@verrow.example", ["ANALYST", "OWNER"])
    assert found.is_ready


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_names_keep_their_letters_however_the_sheet_was_saved(company, encoding):
    text = guest_list.decode("email,name\nzoe@verrow.example,Zoë Müller\n".encode(encoding))

    assert guest_list.read(text).rows[0].guest.name == "Zoë Müller"


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00\x00", b"x" * (guest_list.LARGEST_BYTES + 1)])
def test_what_is_no_text_or_too_much_is_not_read(content):
    with pytest.raises(Invalid) as refusal:
        guest_list.decode(content)

    assert set(refusal.value.fields) == {"file"}


def test_every_mistake_is_told_by_line_and_column_at_once(company):
    make_unit("Northfield", parent=company.eastmere, kind=Unit.Kind.DEPARTMENT)
    text = HEAD + (
        "no address,,Nowhere,Chef,tlh,Mars/Olympus\n"
        "bo@verrow.example,Bo,Northfield,,,\n"
        "bo@verrow.example,Bo again,,,,\n"
        "li@verrow.example,Li,,,,,,more\n"
    )

    found = wrong(text)

    assert set(found) == {
        *((2, column) for column in ("email", "name", "unit", "roles", "language", "time_zone")),
        (3, "unit"),
        (4, "email"),
        (5, ""),
    }
    assert found[2, "unit"] == ["There is no unit called “Nowhere”."]
    assert found[3, "unit"] == ["2 units are called “Northfield”; write it with those above, as in “Company / Site”."]
    assert found[4, "email"] == ["The same address stands in line 3."]
    assert found[2, "roles"][0].startswith("“Chef” is no role; there are Board member, Analyst, ")


def test_a_unit_is_named_with_those_above_it(company):
    make_unit("Northfield", parent=company.eastmere)

    (row,) = guest_list.read(HEAD + "bo@verrow.example,Bo,verrow manufacturing / Northfield,,,\n").rows

    assert row.guest.unit == company.northfield


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "The list is empty."),
        ("email\n", "The column “name” is missing."),
        ("email,name,shoe\nx,y,z\n", "“shoe” is no column"),
        ("email,name,name\nx,y,z\n", "The column “name” is there twice."),
        ("email,name\n", "names nobody below its first line"),
        ("email,name\n" + "a@b.example,A\n" * 501, "at most 500 people"),
    ],
)
def test_what_is_wrong_with_the_whole_list_is_said_once(db, text, fault):
    found = guest_list.read(text)

    assert fault in " ".join(found.faults)
    assert not found.is_ready


def test_people_are_matched_by_mail_and_those_here_stay_as_they_are(person, company):
    admin, dana = person("ADMIN"), make_user("Dana", email="dana@verrow.example")
    text = "email,name,roles\nDANA@verrow.example,Somebody,Auditor\nbo@verrow.example,Bo,Analyst\n"

    found = guest_list.read(text)
    assert [row.known for row in found.rows] == [dana, None]
    guest_list.invite(text, actor=admin)

    dana.refresh_from_db()
    assert dana.name == "Dana"
    assert not dana.role_assignments.exists()
    assert RoleAssignment.objects.get(user__email="bo@verrow.example").role == "ANALYST"


def test_a_list_with_one_mistake_invites_nobody(person):
    text = "email,name\nbo@verrow.example,Bo\nno address,Li\n"

    with pytest.raises(Invalid):
        guest_list.invite(text, actor=person("ADMIN"))

    assert not Invitation.objects.exists()
    assert not User.objects.filter(email="bo@verrow.example").exists()


def test_a_list_of_people_who_are_all_here_invites_nobody(person):
    admin = person("ADMIN")
    accounts.make("dana@verrow.example", "Dana", actor=None)

    with pytest.raises(Invalid):
        guest_list.invite("email,name\ndana@verrow.example,Dana\n", actor=admin)


def test_reading_a_long_list_asks_as_often_as_reading_a_short_one(company, django_assert_num_queries):
    for number in (1, 300):
        text = "email,name,unit,roles\n" + "".join(f"p{n}@verrow.example,P {n},Finance,Owner\n" for n in range(number))
        with django_assert_num_queries(2):
            assert len(guest_list.read(text).new) == number
