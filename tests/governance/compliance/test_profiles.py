"""Profiles: both offices rate where both own it, the sheet goes out and in, and a new edition takes everything along."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from governance.compliance import (
    frameworks,
    heat_strip,
    mappings,
    practice_book,
    profile_sheet,
    profiles,
    ratings,
    settling,
    shortfalls,
)
from governance.compliance.errors import (
    NotYourOffice,
    OfficeLosesItsSay,
    OldEdition,
    ProfileThere,
    SavedOver,
    TiersOfOrganisation,
    UnreadableCatalog,
)
from governance.compliance.heat_strip import Practised
from governance.compliance.models import Framework, Practice, PracticeRating, Profile
from portal import clock
from portal.errors import Invalid
from tests.factories.compliance import catalog_of, control_of, make_framework, stream_of
from tests.factories.risks import make_control


@pytest.fixture
def profile(company, person):
    return profiles.open_one(make_framework(1, 2, 3), company.root, actor=person("ANALYST"))


def practice(number, profile):
    return profile.practices.get(requirement__identifier=f"hr-{number}")


def test_where_one_office_owns_it_only_that_one_rates(profile, person):
    cio, ciso, analyst = person("CIO"), person("CISO"), person("OWNER")
    said = {"version": None, "target_level": 3, "note": " By  spring "}
    for actor in (ciso, analyst):
        with pytest.raises(OfficeLosesItsSay, match=r"IT office would no longer rate this\. Let its leader"):
            profiles.aim(practice(1, profile), actor=actor, owner="SECURITY", **said)
    row = profiles.aim(practice(1, profile), actor=cio, owner="SECURITY", **said)

    assert (row.owner, row.target_level, row.note, row.gap) == ("SECURITY", 3, "By spring", None)
    for office, actor in (("IT", cio), ("SECURITY", cio), ("IT", analyst), ("SECURITY", analyst), ("IT", ciso)):
        with pytest.raises(NotYourOffice):
            ratings.rate(row, office, 2, actor=actor)
    assert ratings.rate(row, "SECURITY", 2, actor=ciso).gap == 1
    with pytest.raises(OfficeLosesItsSay):
        profiles.aim(row, actor=cio, owner="IT", **said)
    assert profiles.aim(row, actor=analyst, owner="BOTH", **said).owner == "BOTH"  # nobody loses anything
    for office in ("IT", "SECURITY"):
        with pytest.raises(NotYourOffice):
            ratings.rate(row, office, 4, actor=analyst)


def test_each_refusal_of_profiles(profile, company, person, monkeypatch):
    analyst, root = person("OWNER"), company.root
    with pytest.raises(ProfileThere):
        profiles.open_one(profile.framework, root, actor=analyst)
    with pytest.raises(Invalid):
        profiles.open_one(profile.framework, company.eastmere, actor=person("ENGINEER", unit=company.northfield))
    plant = profiles.open_one(profile.framework, company.northfield, actor=analyst)
    with pytest.raises(TiersOfOrganisation, match="profile of the CSF"):
        profiles.set_tiers(profile, actor=analyst, version=None, current_tier=2, target_tier=3)  # of another framework
    monkeypatch.setattr(profiles, "CSF", profile.framework.key)
    with pytest.raises(TiersOfOrganisation):
        profiles.set_tiers(plant, actor=analyst, version=None, current_tier=2, target_tier=3)
    with pytest.raises(Invalid):
        profiles.set_tiers(profile, actor=analyst, version=None, current_tier=5, target_tier=3)
    with pytest.raises(SavedOver):
        profiles.set_tiers(profile, actor=analyst, version=9, current_tier=2, target_tier=3)
    assert profiles.set_tiers(profile, actor=analyst, version=1, current_tier=2, target_tier=3).target_tier == 3
    for wrong in ({"owner": "HR"}, {"target_level": 5}, {"note": "x" * 501}):
        with pytest.raises(Invalid):
            profiles.aim(
                practice(1, profile), actor=analyst, version=None, **{"owner": "IT", "target_level": 1, "note": ""} | wrong
            )
    for office, level in (("HR", 2), ("IT", 5), ("IT", True)):
        with pytest.raises(Invalid):
            ratings.rate(practice(1, profile), office, level, actor=analyst)
    frameworks.take_in(stream_of(catalog_of(control_of(1), version="2.0")), actor=None)
    with pytest.raises(OldEdition):
        profiles.set_tiers(profile, actor=analyst, version=None, current_tier=1, target_tier=3)
    with pytest.raises(OldEdition):
        ratings.rate(practice(1, profile), "IT", 2, actor=analyst)
    with pytest.raises(OldEdition):
        profiles.open_one(profile.framework, company.finance, actor=analyst)


def test_whoever_says_something_holds_the_edition_first_so_that_an_import_waits(profile, company, monkeypatch):
    monkeypatch.setattr(profiles, "CSF", profile.framework.key)
    row, one = practice(1, profile), make_control(unit=company.northfield)
    ratings.rate(row, "SECURITY", 2, actor=None)
    made = mappings.add(one, practice(2, profile).requirement, "EQUAL", actor=None)
    saying = (
        lambda: ratings.rate(row, "IT", 2, actor=None),
        lambda: profiles.aim(row, actor=None, version=None, owner="IT", target_level=4, note=""),
        lambda: profiles.set_tiers(profile, actor=None, version=None, current_tier=1, target_tier=2),
        lambda: profiles.open_one(profile.framework, company.finance, actor=None),
        lambda: mappings.add(one, row.requirement, "EQUAL", actor=None),
        lambda: mappings.change(made, actor=None, version=None, relationship="SUBSET", note=""),
        lambda: mappings.remove(made, actor=None),
        lambda: shortfalls._locked(row),
    )
    for say in saying:
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            say()
        locks = [one["sql"] for one in asked if " FOR " in one["sql"] and "UPDATE" in one["sql"]]
        assert 'FROM "compliance_framework"' in locks[0] and locks[0].endswith("FOR NO KEY UPDATE")

    frameworks.take_in(stream_of(catalog_of(control_of(1), version="2.0")), actor=None)
    for say in (*saying[:6], saying[7]):
        with pytest.raises(OldEdition, match="Work on its newest edition"):
            say()


def told(profile):
    rows = profile.practices.order_by("requirement__place")
    return list(rows.values_list("requirement__identifier", "owner", "current_level", "target_level", "offices_differ", "note"))


def test_a_profile_survives_its_sheet_and_takes_a_changed_one(profile, company, person):
    analyst, cio, ciso = person("OWNER"), person("CIO"), person("CISO")
    profiles.aim(practice(1, profile), actor=ciso, version=None, owner="IT", target_level=3, note='=2+2, "so"')
    ratings.rate(practice(1, profile), "IT", 2, actor=cio)
    ratings.rate(practice(2, profile), "SECURITY", 0, actor=ciso, reason="-1 door")
    ratings.rate(practice(2, profile), "IT", 1, actor=cio, reason="Seen")
    ratings.rate(practice(3, profile), "IT", 4, actor=cio, reason="Zanzibarium")  # blind, so it stays at home
    sheet = "".join(profile_sheet.write(profile))
    before, count = told(profile), PracticeRating.objects.count()

    assert profile_sheet.take_in(profile, io.BytesIO(sheet.encode()), actor=analyst) == 0
    assert (told(profile), PracticeRating.objects.count()) == (before, count)
    other = profiles.open_one(profile.framework, company.finance, actor=analyst)
    for actor, line in ((analyst, 2), (cio, 2), (ciso, 2)):  # a sheet gives nobody the voice of another
        with pytest.raises(UnreadableCatalog, match=f"Line {line}: "):
            profile_sheet.take_in(other, io.BytesIO(sheet.encode()), actor=actor)
    assert profile_sheet.take_in(other, io.BytesIO(sheet.encode()), actor=None) == 2
    assert told(other) == before
    assert "".join(profile_sheet.write(other)) == sheet
    assert next(csv.DictReader(io.StringIO(sheet)))["note"].startswith("'=2+2")


def test_a_profile_of_every_standing_comes_into_an_empty_portal_as_it_was(company, person, tmp_path, monkeypatch):
    framework, cio, ciso = make_framework(*range(1, 9)), person("CIO"), person("CISO")
    monkeypatch.setattr(profiles, "CSF", framework.key)
    profile = profiles.open_one(framework, company.root, actor=None)
    profiles.set_tiers(profile, actor=None, version=None, current_tier=2, target_tier=3)
    profile.refresh_from_db()

    def rate(number, *said):
        for office, level in said:
            ratings.rate(practice(number, profile), office, level, actor=None, reason=f"{office} of {number}")

    def own(number, owner):
        profiles.aim(
            practice(number, profile), actor=None, version=None, owner=owner, target_level=number % 5, note=f"=No. {number}"
        )

    rate(1, ("IT", 3), ("SECURITY", 3))  # agreed
    rate(2, ("IT", 3), ("SECURITY", 1))  # they differ, provisional
    rate(3, ("IT", 2), ("SECURITY", 2), ("IT", 4), ("SECURITY", 3))  # they differ, and 2 counts as before
    rate(4, ("IT", 4))  # blind: nothing of it leaves the house
    for number in (5, 6, 7):
        own(number, "IT")
    rate(5, ("IT", 1))  # open to objection
    rate(6, ("IT", 4))
    settling.agree(practice(6, profile), actor=ciso)
    rate(7, ("IT", 3), ("SECURITY", 0))  # objected to
    rate(8, ("IT", 1), ("SECURITY", 4))
    own(8, "SECURITY")  # left to its owner
    sheet = "".join(profile_sheet.write(profile))
    path = tmp_path / "profile.csv"
    path.write_text(sheet, newline="")

    out = io.StringIO()
    Profile.objects.filter(pk=profile.pk).update(archived_at=clock.now())  # as in a portal that knows of none
    call_command("import_profile", path, framework=framework.key, stdout=out)
    call_command("import_profile", path, framework=framework.key, stdout=out)

    other = Profile.objects.current().get()
    assert (told(other), other.current_tier, other.target_tier) == (told(profile), 2, 3)
    assert "".join(profile_sheet.write(other)) == sheet and "4,4" not in sheet
    states = [[one.round and one.round.state for one in each.practices.order_by("pk")] for each in (profile, other)]
    assert states[1] == [*states[0][:3], None, *states[0][4:7], "OBJECTABLE"] and states[0][3] == "OPEN"
    provisional = [one.round.is_provisional for one in other.practices.order_by("pk") if one.offices_differ]
    assert provisional == [True, False, True]
    assert [line.partition(" ")[0] for line in out.getvalue().splitlines()] == [
        "House",
        "House",
    ] and "is as in this file" in out.getvalue()
    for wrong in ({"framework": "nowhere"}, {"framework": framework.key, "unit": "Atlantis"}):
        with pytest.raises(CommandError):
            call_command("import_profile", path, **wrong)
    assert cio.pk not in PracticeRating.objects.filter(practice__profile=other).values_list("rated_by", flat=True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("hr-3", "hr-9"), "Line 4 names no requirement"),
        (("hr-3", "hr-2"), "Line 4 names no requirement"),
        ((",BOTH,,,,,,,\r\nhr-2", ",BOTH,7,,,,,,\r\nhr-2"), "a level is 0"),
        ((",BOTH,,,,,,,\r\nhr-2", ",HR,,,,,,,\r\nhr-2"), "Line 2: Choose the IT office"),
        (("it_level", "x_level"), "other columns"),
        ((",BOTH,,,,,,,\r\nhr-2", ",BOTH,,,,,,,,,\r\nhr-2"), "too few or too many cells"),
    ],
)
def test_a_broken_sheet_changes_nothing(profile, person, change, sentence):
    sheet = "".join(profile_sheet.write(profile))
    assert change[0] in sheet

    with pytest.raises(UnreadableCatalog, match=sentence):
        profile_sheet.take_in(profile, io.BytesIO(sheet.replace(*change).encode()), actor=person("OWNER"))

    assert Practice.objects.filter(version=1).count() == 3


def test_a_new_edition_takes_profiles_along(profile, person):
    analyst, cio = person("OWNER"), person("CIO")
    ratings.rate(practice(1, profile), "IT", 2, actor=cio, reason="Seen")
    ratings.rate(practice(1, profile), "SECURITY", 2, actor=None, reason="Heard")
    profiles.aim(practice(1, profile), actor=analyst, version=None, owner="BOTH", target_level=4, note="Doors")

    frameworks.take_in(stream_of(catalog_of(control_of(1), control_of(7), version="2.0")), actor=analyst)

    after = Profile.objects.alive().get()
    assert after.framework == Framework.objects.get(edition="2.0")
    assert told(after) == [("hr-1", "BOTH", 2, 4, False, "Doors"), ("hr-7", "BOTH", None, None, False, "")]
    assert list(PracticeRating.objects.filter(practice__profile=after).values_list("reason", "rated_by")) == [
        ("Seen", cio.pk),
        ("Heard", None),
    ]
    assert practice(1, profile).current_level == 2


def test_the_trend_follows_what_was_known_each_month(profile, person):
    cio, now = person("CIO"), clock.now()
    profiles.aim(practice(1, profile), actor=None, version=None, owner="IT", target_level=None, note="")
    for days_ago, level in ((200, 1), (100, 2), (5, 4)):
        with clock.stopped(now - timedelta(days=days_ago)):
            ratings.rate(practice(1, profile), "IT", level, actor=cio)

    found = practice_book.trend(profile)

    assert (found.first, found.last) == (Decimal(10), Decimal(40))
    assert found.points.count(",") == 7


def test_many_practices_add_up():
    found = heat_strip.add_up([Practised(1, 3), Practised(4, 2), Practised(None, 3), Practised(2, None)])

    assert (found.current, found.target, found.below, found.unrated, found.count) == (Decimal("2.3"), Decimal("2.7"), 1, 1, 4)
    assert found.gap == Decimal("0.4")
    assert heat_strip.add_up([]).current is None


def test_the_strip_stands_on_its_base_with_its_tick_at_the_target():
    half = heat_strip.add_up([Practised(2, 4)])
    columns = [heat_strip.Column("GV.OC", "x", "/", half), heat_strip.Column("GV.RM", "y", "/", heat_strip.add_up([]))]
    drawn = heat_strip.draw([heat_strip.Group("GV", "Govern", "/", columns, half)])

    first, second = drawn.groups[0].columns
    assert (first.label, first.y, first.height, first.tick_y) == ("OC", "54", "32", "22")
    assert (second.height, second.tick_y, second.x) == ("0", "", "560")
    assert [len(group.columns) for group in heat_strip.draw([drawn.groups[0].group], "narrow").groups] == [1]


def test_functions_and_categories_of_the_csf_come_from_the_identifiers_and_lead_to_their_rows():
    rows = [
        ("GV.OC-01", 1, 3, "What surrounds us", 8, 7),
        ("GV.RM-01", 3, 3, "How we deal with risk", 9, 7),
        ("DE.CM-01", None, 2, None, None, None),
    ]

    govern, detect = practice_book._by_identifier(rows, "/p/1/")

    assert [(one.identifier, one.title, one.url) for one in govern.columns] == [
        ("GV.OC", "What surrounds us", "/p/1/?group=8"),
        ("GV.RM", "How we deal with risk", "/p/1/?group=9"),
    ]
    assert govern.url == "/p/1/?group=7"
    assert (govern.sum.current, govern.sum.below, detect.columns[0].title, detect.url) == (Decimal("2.0"), 1, "DE.CM", "/p/1/")


def test_today_is_told_anew_once_somebody_rates(profile, person, company, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(practice_book, "CSF", profile.framework.key)
    cio, elsewhere = person("CIO"), person("ENGINEER", unit=company.northfield)
    first = practice_book.tile_of_today(cio)
    assert (first.whole.current, practice_book.tile_of_today(cio)) == (None, first)

    ratings.rate(practice(1, profile), "SECURITY", 3, actor=None)
    with django_capture_on_commit_callbacks(execute=True):
        ratings.rate(practice(1, profile), "IT", 3, actor=cio)

    assert practice_book.tile_of_today(cio).whole.current == Decimal("3.0")
    assert practice_book.tile_of_today(elsewhere) is None
