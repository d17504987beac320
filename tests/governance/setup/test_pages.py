"""The way in and the six steps as a browser without JavaScript walks them, and for whom the doors stay closed."""

import re

import pytest
from django.urls import reverse

from governance.setup import steps
from portal.people import openings, organisations
from portal.people.models import Appointment, Organisation, Unit, User
from portal.record.models import AuditEntry
from risks import appetite, meanings
from risks.models import Appetite, ScaleMeaning
from tests.house.world import BACKEND
from tests.portal.people.test_openings import STRONG, code_of

ME = {"name": "Sven Dahl", "email": "sven@halden.example", "password": STRONG, "again": STRONG}
OURS = {
    "name": "Halden Works",
    "currency": "NOK",
    "time_zone": "Europe/Oslo",
    "fiscal_year_starts_month": "1",
    "working_days": ["1", "2", "3", "4", "5"],
    "language": "en",
}
SECTIONS = ("organisation", "units", "leaders", "levels", "appetite", "people")


def fields_of(client, name):
    """What the form of a page holds: name → value."""
    return dict(re.findall(r'<input[^>]* name="([^"]+)"(?:[^>]* value="([^"]*)")?', client.get(reverse(name)).content.decode()))


@pytest.fixture
def first(client, db):
    """The first person, signed in by the link."""
    address = reverse("setup:begin", args=[openings.issue()])
    secret = re.search(r"<code>([A-Z2-7]+)</code>", client.get(address).content.decode())[1]
    client.post(address, ME | {"code": code_of(secret)})
    return client


@pytest.fixture
def admin(client, person):
    client.force_login(person("ADMIN"), backend=BACKEND)
    return client


def test_the_first_person_comes_in_with_both_factors_and_sees_the_codes_once(client, db):
    address = reverse("setup:begin", args=[openings.issue()])
    secret = re.search(r"<code>([A-Z2-7]+)</code>", client.get(address).content.decode())[1]

    answer = client.post(address, ME | {"code": code_of(secret)})

    assert answer["Location"] == reverse("setup:codes")
    assert {record["method"] for record in client.session["account_authentication_methods"]} == {"password", "mfa"}
    shown = client.get(reverse("setup:codes"))
    assert len(re.findall(r"<li><code>", shown.content.decode())) == 10
    assert "no-store" in shown["Cache-Control"]
    assert client.post(reverse("setup:codes"))["Location"] == reverse("setup:settings")
    assert client.get(reverse("setup:codes"))["Location"] == reverse("setup:settings")
    assert client.get("/")["Location"] == reverse("setup:settings")
    assert client.get(reverse("setup:settings"))["Location"] == reverse("setup:organisation")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "000000"}, "take the next six digits"),
        ({"again": "something else entirely"}, "The two passwords differ"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"email": "nowhere"}, "valid email"),
    ],
)
def test_what_does_not_fit_comes_back_beside_its_field_with_the_same_secret(client, db, changes, words):
    address = reverse("setup:begin", args=[openings.issue()])
    secret = re.search(r"<code>([A-Z2-7]+)</code>", client.get(address).content.decode())[1]

    answer = client.post(address, ME | {"code": code_of(secret)} | changes)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert secret in answer.content.decode()
    assert STRONG not in answer.content.decode()
    assert not User.objects.exists()


def test_a_link_that_is_over_says_so_and_asks_nothing(client, db):
    answer = client.get(reverse("setup:begin", args=["x"]))

    assert answer.status_code == 410
    assert "first_sign_in" in answer.content.decode()
    assert "<input" not in answer.content.decode()


def test_a_whole_set_up_without_javascript(first):
    assert first.post(reverse("setup:organisation"), OURS)["Location"] == reverse("setup:units")
    tree = first.post(reverse("setup:units"), {"outline": "Northfield (site)\n  Press shop", "preview": "1"})
    assert "Press shop" in tree.content.decode()
    assert Unit.objects.count() == 1
    units = {"outline": "Northfield (site)\n  Press shop"}
    assert first.post(reverse("setup:units"), units)["Location"] == reverse("setup:leaders")
    leaders = {"CIO_name": "Marta Lindqvist", "CIO_email": "marta@halden.example"}
    assert first.post(reverse("setup:leaders"), leaders)["Location"] == reverse("setup:levels")
    offered = fields_of(first, "setup:levels")
    assert first.post(reverse("setup:levels"), offered)["Location"] == reverse("setup:appetite")
    points = fields_of(first, "setup:appetite") | {"appetite_OT": "30", "tolerance_OT": "50"}
    assert first.post(reverse("setup:appetite"), points)["Location"] == reverse("setup:people")
    listed = {"people": "Dana Amari, dana@halden.example, Analyst, Northfield"}
    assert first.post(reverse("setup:people"), listed)["Location"] == reverse("setup:finish")
    assert "Halden Works can move in." in first.get(reverse("setup:finish")).content.decode()

    assert first.post(reverse("setup:finish"))["Location"] == "/"

    organisations.forget()  # as the commit does
    assert first.get("/").status_code == 200
    assert organisations.is_set_up()
    assert Unit.objects.filter(name="Press shop", parent__name="Northfield", parent__parent__name="Halden Works").exists()
    assert Appointment.objects.get(seat="CIO").holder.email == "marta@halden.example"
    assert ScaleMeaning.objects.count() == 6
    assert Appetite.objects.filter(category="OT", tolerance_points=50).exists()
    sven = User.objects.get(email=ME["email"])
    verbs = set(AuditEntry.objects.filter(actor=sven).values_list("verb", flat=True))
    assert verbs >= {
        "organisation.founded",
        "organisation.set_up",
        "unit.founded",
        "user.appointed",
        "scale-meaning.said",
        "appetite.agreed",
        "user.role_given",
    }


def test_one_goes_on_where_one_stopped_and_back_without_losing_anything(first):
    first.post(reverse("setup:organisation"), OURS)

    assert first.get(reverse("setup:settings"))["Location"] == reverse("setup:units")
    again = first.get(reverse("setup:organisation")).content.decode()
    assert 'value="Halden Works"' in again
    first.post(reverse("setup:organisation"), OURS | {"name": "Halden Group", "version": Organisation.objects.get().version})
    assert Organisation.objects.get().name == "Halden Group"


def test_the_end_waits_for_the_steps_that_are_needed(first):
    first.post(reverse("setup:organisation"), OURS)

    assert "3 questions are still open." in first.get(reverse("setup:finish")).content.decode()
    assert first.post(reverse("setup:finish"))["Location"] == reverse("setup:finish")
    assert not organisations.is_set_up()


def test_before_the_organisation_is_described_the_later_steps_lead_to_it(first):
    for name in ("leaders", "levels", "appetite", "people"):
        assert first.get(reverse(f"setup:{name}"))["Location"] == reverse("setup:organisation")


def test_a_leader_that_may_not_sit_is_refused_in_one_sentence(first):
    first.post(reverse("setup:organisation"), OURS)

    answer = first.post(reverse("setup:leaders"), {"CIO_name": "Sven Dahl", "CIO_email": ME["email"]})

    assert answer.status_code == 422
    assert "never fill a seat; end that role first." in answer.content.decode()
    assert 'value="Sven Dahl"' in answer.content.decode()


def test_levels_that_do_not_climb_save_no_scale(admin):
    offered = fields_of(admin, "setup:levels") | {"financial_bound_3": "1", "safety_words_5": "Fire"}

    answer = admin.post(reverse("setup:levels"), offered)

    assert answer.status_code == 422
    assert "Level 3 begins above level 2." in answer.content.decode()
    assert not ScaleMeaning.objects.exists()


def test_two_people_who_save_levels_at_once_are_told(admin):
    offered = fields_of(admin, "setup:levels")
    meanings.say("legal", meanings.OFFERED["legal"], actor=None)

    answer = admin.post(reverse("setup:levels"), offered | {"legal_words_5": "Something else"})

    assert answer.status_code == 422
    assert "Somebody else changed what these levels mean." in answer.content.decode()


def test_a_preview_of_appetite_writes_nothing_and_keeps_what_was_written(admin):
    points = fields_of(admin, "setup:appetite") | {"appetite_OT": "11", "tolerance_OT": "22", "preview": "1"}

    answer = admin.post(reverse("setup:appetite"), points)

    assert answer.status_code == 200
    assert "Together, as it would be" in answer.content.decode()
    assert 'value="22"' in answer.content.decode()
    assert not Appetite.objects.exists()


@pytest.mark.parametrize("button", [{}, {"preview": "1"}])
def test_tolerance_below_appetite_is_refused_beside_its_field(admin, button):
    points = fields_of(admin, "setup:appetite") | {"appetite_OT": "50", "tolerance_OT": "22"} | button

    answer = admin.post(reverse("setup:appetite"), points)

    assert answer.status_code == 422
    assert "Tolerance lies at or above appetite" in answer.content.decode()


def test_half_a_pair_is_refused(admin):
    answer = admin.post(reverse("setup:appetite"), fields_of(admin, "setup:appetite") | {"appetite_OT": "50"})

    assert "fill both or neither" in answer.content.decode()


def test_a_kind_whose_row_is_emptied_goes_by_that_of_all(admin):
    appetite.agree({"": (40, 60), "OT": (30, 50)}, actor=None)
    points = fields_of(admin, "setup:appetite") | {"appetite_OT": "", "tolerance_OT": ""}

    assert admin.post(reverse("setup:appetite"), points)["Location"] == reverse("setup:appetite")
    assert appetite.of_category("OT").tolerance_points == 60


def test_later_the_same_pages_are_settings(admin):
    index = admin.get(reverse("setup:settings")).content.decode()

    for step in steps.STEPS:
        assert step.url in index
        page = admin.get(step.url).content.decode()
        assert "Step " not in page
    assert "two people change a seat" in admin.get(reverse("setup:leaders")).content.decode()


def test_later_the_name_changes_and_the_currency_does_not(admin):
    known = Organisation.objects.get()

    answer = admin.post(reverse("setup:organisation"), OURS | {"currency": "USD", "version": known.version})

    known.refresh_from_db()
    assert answer["Location"] == reverse("setup:organisation")
    assert (known.name, known.currency) == ("Halden Works", "EUR")


def test_a_late_save_of_the_organisation_is_told(admin):
    answer = admin.post(reverse("setup:organisation"), OURS | {"version": "0"})

    assert answer.status_code == 422
    assert "Somebody else changed the organisation" in answer.content.decode()


def test_later_nobody_seats_leaders_here(admin):
    admin.post(reverse("setup:leaders"), {"CIO_name": "Marta", "CIO_email": "marta@halden.example"})

    assert not Appointment.objects.exists()


@pytest.mark.parametrize("role", ["CIO", "ARBITER", "ANALYST", "AUDITOR", "COLLEAGUE"])
def test_nobody_but_an_administrator_opens_the_settings(client, person, role):
    client.force_login(person(role), backend=BACKEND)

    for section in (*SECTIONS, "settings", "finish", "codes"):
        assert client.get(reverse(f"setup:{section}")).status_code == 403


def test_each_page_asks_a_constant_number_of_queries(admin, django_assert_max_num_queries, company):
    for section in SECTIONS:
        with django_assert_max_num_queries(18):
            admin.get(reverse(f"setup:{section}"))


def test_the_sign_in_page_of_an_empty_portal_says_how_to_begin(client, db):
    assert "Nobody lives here yet" in client.get(reverse("account_login")).content.decode()


def test_the_sign_in_page_of_a_portal_with_people_says_nothing_of_it(client, person):
    person("ADMIN")

    assert "Nobody lives here yet" not in client.get(reverse("account_login")).content.decode()
