"""Practices are rated like risks: blind where both offices own them, open to objection where one does, first ratings stay."""

import io
from contextlib import closing
from datetime import timedelta
from importlib import import_module

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from governance.compliance import frameworks as editions
from governance.compliance import practice_book, practice_card, profile_sheet, profiles, ratings, settling
from governance.compliance.errors import NothingLeftToAnswer, NotYourOffice, OldEdition, SavedOver
from governance.compliance.models import BlindPracticeRating, CountedLevel, Practice, PracticeRating, PracticeRound, Profile
from governance.together import agenda
from portal import clock
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.record.models import AuditEntry
from tests.conftest import OWNER
from tests.factories.compliance import catalog_of, control_of, make_framework, stream_of

State, Outcome = PracticeRound.State, PracticeRound.Outcome


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def row(company):
    """A practice that both offices own."""
    return profiles.open_one(make_framework(1), company.root, actor=None).practices.get()


def owned(row, office):
    return profiles.aim(row, actor=None, version=None, owner=office, target_level=3, note="")


def now(row):
    row = Practice.objects.select_related("round", "profile__framework", "requirement").get(pk=row.pk)
    return row.current_level, row.offices_differ, row.round.state, row.round.outcome


def said(row):
    return [(one.office, one.kind, one.level) for one in row.ratings.order_by("pk")]


def differ(row, cio, ciso, it=3, security=1):
    ratings.rate(row, "IT", it, actor=cio, reason="Doors are locked")
    return ratings.rate(row, "SECURITY", security, actor=ciso, reason="One stood open")


def verbs(row):
    return list(AuditEntry.objects.filter(kind="practice", subject_id=row.pk).order_by("pk").values_list("verb", flat=True))


def after(day):
    return clock.stopped(organisations.morning(day + timedelta(days=1)) + timedelta(hours=1))


def test_both_rate_blind_until_both_have_and_are_revealed_together(row, cio, ciso):
    ratings.rate(row, "IT", 2, actor=cio)
    ratings.rate(row, "IT", 3, actor=cio, reason="Doors are locked")  # until the reveal it may be changed
    same = ratings.rate(row, "IT", 3, actor=cio, reason="Doors are locked")

    assert now(row) == (None, False, State.OPEN, "") and said(row) == [] and same.version == 3
    [entry] = AuditEntry.objects.filter(verb="practice.rated", actor=cio.pk).order_by("pk")[:1]
    assert entry.params == {"round": same.round_id, "office": "IT", "blind": True} and not hasattr(entry, "words")
    assert practice_card.read(same, cio).blind.level == 3
    assert (practice_card.read(same, ciso).blind, practice_card.read(same, ciso).mode) == (None, practice_card.RATE)

    ratings.rate(row, "SECURITY", 3, actor=ciso)
    assert now(row) == (3, False, State.SETTLED, Outcome.AGREED) and not BlindPracticeRating.objects.exists()
    assert said(row) == [("IT", "FIRST", 3), ("SECURITY", "FIRST", 3)]
    assert AuditEntry.objects.get(verb="practice.revealed").params["levels"] == {"IT": 3, "SECURITY": 3}
    assert verbs(row) == ["practice.rated", "practice.rated", "practice.rated", "practice.revealed", "practice.settled"]


def test_while_they_differ_what_counted_before_counts_or_the_lower_provisionally(row, cio, ciso):
    first = differ(row, cio, ciso)
    assert now(row) == (1, True, State.DIFFERENT, "") and first.round.is_provisional

    settling.take_theirs(row, actor=ciso)
    assert now(row) == (3, False, State.SETTLED, Outcome.AGREED)
    again = differ(row, cio, ciso, 4, 2)
    assert now(row) == (3, True, State.DIFFERENT, "") and not again.round.is_provisional
    ratings.rate(row, "SECURITY", 3, actor=ciso, reason="Half of it")
    assert now(row) == (3, True, State.DIFFERENT, "")
    ratings.rate(row, "SECURITY", 4, actor=ciso, reason="Seen all of it")
    assert now(row) == (4, False, State.SETTLED, Outcome.AGREED)
    assert said(row)[3:] == [("IT", "FIRST", 4), ("SECURITY", "FIRST", 2), ("SECURITY", "MOVED", 3), ("SECURITY", "MOVED", 4)]
    assert list(CountedLevel.objects.order_by("pk").values_list("level", flat=True)) == [1, 3, 4]
    with pytest.raises(DatabaseError), transaction.atomic():
        CountedLevel.objects.update(level=0)


def test_keeping_talking_and_what_is_late(row, cio, ciso):
    read = differ(row, cio, ciso).version

    with pytest.raises(Invalid):
        settling.keep_mine(row, " ", actor=cio)
    settling.keep_mine(row, "It was shut again the same day", actor=cio, version=read)
    settling.talk(row, actor=cio)
    once = settling.talk(row, actor=ciso)
    [told] = [part for part in agenda.parts(agenda.points(ciso), ciso) if part.key == "practices"]
    assert (told.lines[0].url, told.lines[0].since) == (f"/governance/practices/{row.pk}/", organisations.today())
    for late in (
        lambda: settling.take_theirs(row, actor=ciso, version=read),
        lambda: ratings.rate(row, "IT", 2, actor=cio, reason="So be it", version=read),
    ):
        with pytest.raises(SavedOver):
            late()
    for same in (lambda: ratings.rate(row, "IT", 3, actor=cio, reason="Again"), lambda: ratings.rate(row, "IT", 2, actor=cio)):
        with pytest.raises(Invalid):
            same()

    assert now(row) == (1, True, State.DIFFERENT, "") and once.round.talk_asked_by == cio
    assert verbs(row).count("practice.talk_asked") == 1 and said(row)[-1] == ("IT", "KEPT", 3)


def test_where_one_owns_it_the_other_may_object_for_ten_working_days(row, cio, ciso):
    owned(row, "IT")
    first = ratings.rate(row, "IT", 2, actor=cio)
    assert now(row) == (2, False, State.OBJECTABLE, "")
    assert first.round.objection_until == working_days.after(organisations.today(), 10)
    with pytest.raises(NotYourOffice):
        settling.agree(row, actor=cio)
    with clock.stopped(organisations.morning(first.round.objection_until) + timedelta(hours=20)):
        assert settling.lapse_objections() == 0
        moved = ratings.rate(row, "IT", 3, actor=cio, reason="Seen twice since")  # the days begin anew
    assert moved.round.objection_until == working_days.after(first.round.objection_until, 10)
    with after(moved.round.objection_until):
        with pytest.raises(NothingLeftToAnswer):
            settling.agree(row, actor=ciso)
        assert (settling.lapse_objections(), settling.lapse_objections()) == (1, 0)
    assert now(row) == (3, False, State.SETTLED, Outcome.NOT_OBJECTED)

    ratings.rate(row, "IT", 4, actor=cio)
    settling.agree(row, actor=ciso)
    assert now(row) == (4, False, State.SETTLED, Outcome.AGREED)
    second = ratings.rate(row, "IT", 1, actor=cio)
    with pytest.raises(Invalid):
        ratings.rate(row, "SECURITY", 2, actor=ciso)  # an objection says why
    ratings.rate(row, "SECURITY", 2, actor=ciso, reason="Nothing was lost")
    assert now(row) == (4, True, State.DIFFERENT, "") and second.round.level_before == 4
    assert said(row)[-2:] == [("IT", "FIRST", 1), ("SECURITY", "FIRST", 2)]


def test_a_rating_after_the_days_begins_a_round_of_its_own(row, cio, ciso):
    owned(row, "IT")
    first = ratings.rate(row, "IT", 2, actor=cio)

    with after(first.round.objection_until):
        with pytest.raises(NotYourOffice):
            ratings.rate(row, "SECURITY", 1, actor=ciso, reason="Too late")
        ratings.rate(row, "IT", 3, actor=cio)

    outcomes = list(PracticeRound.objects.order_by("pk").values_list("state", "outcome"))
    assert outcomes == [(State.SETTLED, Outcome.NOT_OBJECTED), (State.OBJECTABLE, "")]


def test_nobody_else_speaks_and_nothing_is_answered_where_nothing_differs(row, cio, ciso, person):
    for verb in (settling.agree, settling.take_theirs, settling.talk):
        with pytest.raises(NothingLeftToAnswer):
            verb(row, actor=cio)
    differ(row, cio, ciso)
    for role in ("ARBITER", "ANALYST", "PREPARER", "AUDITOR"):
        stranger = person(role)
        assert practice_card.read(Practice.objects.select_related("round", "profile__framework").get(), stranger).mode == "rest"
        for act in (
            lambda who: settling.take_theirs(row, actor=who),
            lambda who: settling.keep_mine(row, "Because", actor=who),
            lambda who: settling.talk(row, actor=who),
            lambda who: ratings.rate(row, "IT", 2, actor=who, reason="Because"),
        ):
            with pytest.raises(NotYourOffice):
                act(stranger)


def test_an_office_that_gives_its_say_away_ends_what_was_blind_and_leaves_a_difference(row, cio, ciso):
    ratings.rate(row, "IT", 0, actor=cio)
    profiles.aim(row, actor=ciso, version=None, owner="IT", target_level=None, note="")
    row.refresh_from_db()
    assert (row.current_level, row.round, PracticeRound.objects.get().outcome) == (None, None, Outcome.ENDED)
    assert not BlindPracticeRating.objects.exists() and not PracticeRating.objects.exists()  # it goes unread

    owned(row, "BOTH")
    differ(row, cio, ciso)
    profiles.aim(row, actor=ciso, version=None, owner="IT", target_level=None, note="")
    assert now(row) == (3, False, State.SETTLED, Outcome.LEFT)

    ratings.rate(row, "IT", 2, actor=cio)
    profiles.aim(row, actor=cio, version=None, owner="SECURITY", target_level=None, note="")
    assert now(row) == (2, False, State.OBJECTABLE, "")  # its days run on
    with pytest.raises(NotYourOffice):
        ratings.rate(row, "IT", 4, actor=cio, reason="No longer ours")
    settling.agree(row, actor=ciso)
    assert now(row) == (2, False, State.SETTLED, Outcome.AGREED)


def test_trend_sheet_and_strip_know_agreed_levels_alone(row, cio, ciso):
    profile, today = row.profile, clock.now()
    with clock.stopped(today - timedelta(days=100)):
        differ(row, cio, ciso, 2, 2)
    before, sheet = practice_book.trend(profile), "".join(profile_sheet.write(profile))
    with clock.stopped(today - timedelta(days=60)):
        ratings.rate(row, "IT", 4, actor=cio, reason="Zanzibarium")

    assert practice_book.trend(profile) == before and "".join(profile_sheet.write(profile)) == sheet
    assert profile_sheet.take_in(profile, io.BytesIO(sheet.encode()), actor=ciso) == 0
    assert BlindPracticeRating.objects.get().level == 4
    changed = sheet.replace(",2,", ",3,")  # a leader's own column is a rating by the same rules
    assert profile_sheet.take_in(profile, io.BytesIO(changed.replace(",3,", ",2,", 1).encode()), actor=ciso) == 1
    assert now(row) == (2, True, State.DIFFERENT, "")


def test_a_new_edition_takes_along_what_is_not_settled_blind_as_it_was(company, cio, ciso):
    profile = profiles.open_one(make_framework(1, 2, 3), company.root, actor=None)
    one, two, three = profile.practices.order_by("pk")
    differ(one, cio, ciso)
    ratings.rate(two, "IT", 4, actor=cio, reason="Zanzibarium")
    differ(three, cio, ciso, 2, 2)

    editions.take_in(stream_of(catalog_of(control_of(1), control_of(2), control_of(3), version="2.0")), actor=None)

    first, second, third = Profile.objects.alive().get().practices.order_by("requirement__place")
    assert (now(first), said(first)) == ((1, True, State.DIFFERENT, ""), [("IT", "FIRST", 3), ("SECURITY", "FIRST", 1)])
    assert (now(second), said(second), BlindPracticeRating.objects.get().round) == ((None, False, State.OPEN, ""), [], second.round)
    assert now(third) == (2, False, State.SETTLED, Outcome.AGREED)
    assert list(CountedLevel.objects.filter(practice=third).values_list("level", flat=True)) == [2]
    with pytest.raises(OldEdition):
        settling.take_theirs(one, actor=cio)
    ratings.rate(second, "SECURITY", 4, actor=ciso)
    settling.take_theirs(first, actor=cio)
    assert (now(second)[0], now(first)[0]) == (4, 1)


def test_what_was_rated_before_rounds_goes_on_in_them(db):
    """The migration's own statements, on tables of the owner's session that stand before the real ones."""
    statements = import_module("governance.compliance.migrations.0008_rounds_of_practice_ratings").Migration.operations[-1].sql
    reached = {"dbname": connection.settings_dict["NAME"], "user": OWNER["USER"], "password": OWNER["PASSWORD"]}
    rated = [(1, "IT", 3), (1, "SECURITY", 1), (1, "SECURITY", 2), (2, "IT", 4), (2, "IT", 4)]
    with closing(psycopg2.connect(host=OWNER["HOST"], port=OWNER["PORT"] or None, **reached)) as direct, direct.cursor() as cursor:
        for table in ("framework", "profile", "practice", "practicerating", "practiceround", "countedlevel"):
            cursor.execute(f"CREATE TEMP TABLE compliance_{table} AS TABLE public.compliance_{table} WITH NO DATA")
        for table in ("practicerating", "practiceround", "countedlevel"):
            cursor.execute(f"ALTER TABLE compliance_{table} ALTER id SET NOT NULL, ALTER id ADD GENERATED ALWAYS AS IDENTITY")
        cursor.execute("INSERT INTO compliance_framework (id, state) VALUES (1, 'CURRENT')")
        cursor.execute("INSERT INTO compliance_profile (id, framework_id) VALUES (1, 1)")
        row = "INSERT INTO compliance_practice (id, profile_id, owner, current_level, offices_differ) VALUES (%s, 1, %s, %s, %s)"
        cursor.executemany(row, [(1, "BOTH", 2, True), (2, "IT", 4, False)])
        rating = "INSERT INTO compliance_practicerating (practice_id, office, level, known_at) VALUES (%s, %s, %s, '2026-05-04Z')"
        cursor.executemany(rating, rated)
        for statement in statements:
            cursor.execute(statement)
        found = []
        for asked in (
            "SELECT practice_id, state, outcome, array_to_string(rated_offices, ' '), level_before FROM compliance_practiceround",
            "SELECT count(*), count(round_id), count(*) FILTER (WHERE given_at = known_at) FROM compliance_practicerating",
            "SELECT p.id, r.practice_id FROM compliance_practice p LEFT JOIN compliance_practiceround r ON r.id = p.round_id",
            "SELECT practice_id, level FROM compliance_countedlevel ORDER BY practice_id, id",
        ):
            cursor.execute(asked)
            found.append(cursor.fetchall())

    rounds_there, ratings_there, standing, counted = found
    assert rounds_there == [(1, "DIFFERENT", "", "IT SECURITY", None)]
    assert (ratings_there, standing, counted) == ([(5, 3, 5)], [(1, 1), (2, None)], [(1, 3), (1, 1), (1, 2), (2, 4)])
