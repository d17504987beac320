from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import TestCase

from assets.models import Asset, ComponentList, DiscoveryRun, OwnersWanted, Proposal, ScanPermit
from governance.board import needs, scope
from governance.board.demo.build import AlreadySettled, build
from governance.board.models import BoardPack, KeptPosition, PackQuestion
from governance.change import declared, initiative_page, joined, under_way
from governance.change.models import Criterion, Initiative, Saving
from governance.together.models import CultureChampion, CultureLine, CultureQuarter, CultureReply
from portal import clock
from portal.archive import looking_back
from portal.attention.models import Reminder
from portal.people import organisations
from portal.people.models import Unit, User
from portal.record import totals
from portal.signing import signatures
from risks import appetite, breaches, formula_previews, formula_versions, history, recompute, scores
from risks.models import Control, Indicator, Reading, Risk, RiskException, Score, ScoreState, Treatment
from tests import verrow
from tests.conftest import copied
from tests.factories.portal import make_user


class Verrow(TestCase):
    """As it was moved in once for all tests: nothing here changes it."""

    @classmethod
    def setUpClass(cls):
        known = verrow.kept()
        cls.doors, cls.copy = known.doors, copied(known.database)
        cls.copy.__enter__()
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.copy.__exit__(None, None, None)

    def test_two_quarters_at_least_are_counted_and_the_small_department_is_withheld_with_a_second_one(self):
        newest = CultureQuarter.objects.order_by("-quarter_on")[:2]
        lines = CultureLine.objects.filter(quarter__in=[one.pk for one in newest])

        assert len(newest) == 2
        for quarter in newest:
            hidden = lines.filter(quarter=quarter, is_withheld=True)
            assert set(hidden.values_list("unit__name", flat=True)) == {"Facilities", "Security"}
        assert CultureReply.objects.exists() and CultureChampion.objects.count() == 3
        assert lines.filter(concerns__gt=0).exists() and lines.filter(answered__gt=0).exists()

    def test_verrow_moves_in_with_its_assets_and_risks(self):
        assert Asset.objects.filter(archived_at=None).count() == 79
        assert list(Risk.objects.order_by("pk").values_list("number", flat=True)[:2]) != []
        assert Risk.objects.filter(state="OPEN").count() == 47
        assert Proposal.objects.filter(state="OPEN", kind="NEW").count() == 3
        assert not DiscoveryRun.objects.exclude(state__in=["PROPOSED", "SETTLED"]).exists()
        guests = DiscoveryRun.objects.get(source="wlan-offices")
        assert (guests.observation_count, guests.personal_count, guests.proposal_count) == (6, 5, 0)
        assert OwnersWanted.objects.current().count() == 2  # and nothing has waited for longer than it may
        assert not Asset.objects.current().filter(owner=None, owner_due_on__lt=organisations.today()).exists()
        assert ScanPermit.objects.current().filter(zone__name="Z-3").count() == 3
        told = ComponentList.objects.order_by("pk").values_list("component_count", "added_count", "changed_count", "gone_count")
        assert list(told) == [(12, 0, 0, 0), (12, 1, 4, 1)]
        assert recompute.differences() == []
        assert ScoreState.objects.filter(current_value=None).count() == 1
        today = organisations.today()
        assert Control.objects.count() == 14
        assert Control.objects.in_force().proven(today, holds=False).count() == 4
        assert sorted(Counter(Treatment.objects.values_list("state", flat=True)).items()) == [
            ("APPROVED", 10),
            ("DONE", 1),
            ("PROPOSED", 4),
            ("REFUSED", 1),
        ]
        assert Treatment.objects.overdue(today).count() == 2
        assert ScoreState.objects.get(risk__title="Ransomware reaches Northfield line control").current_value == Decimal("62.0")
        dear = Treatment.objects.get(title="Keep keys and copies in a second town")
        for leader in ("marta", "idris"):
            reader = User.objects.get(email__startswith=leader)
            assert any((need.kind, need.title) == ("Signature", str(dear)) for need in needs.of(reader, scope.of(reader)))
        asked = {one.title: signatures.standing(one).missing for one in Treatment.objects.filter(state="PROPOSED")}
        assert {title: [slot.offices for slot in slots] for title, slots in asked.items()} == {
            "Keep keys and copies in a second town": [("CIO",), ("CISO",)],
            "One time source for both plants, with an alarm": [("OWNER",)],
            "Power of its own for the fire alarm": [("HEAD",)],
            "Signed programs on safety controllers only": [("HEAD",)],
        }

    def test_what_changes_is_quick_by_a_pattern_silent_to_security_or_more_than_was_declared(self):
        quick, sensors, payroll = (Initiative.objects.get(number=f"I-{n:04d}") for n in (9, 14, 21))
        days = [gate.passed_at.date() for gate in quick.gates.exclude(passed_at=None).order_by("passed_at")]
        cio = User.objects.get(email=self.doors["cio"]["email"])
        seen = declared.read(initiative_page.of_user(cio).get(pk=sensors.pk), cio)

        assert (quick.stage, len(days)) == ("TEST", 3)
        assert (days[-1] - quick.gates.get(opens="DESIGN").opened_at.date()).days <= 10
        assert (
            Criterion.objects.filter(gate__in=quick.gates.exclude(passed_at=None), pattern=None, asks__is_mandatory=True).count()
            == 0
        )
        assert (seen.declared, seen.seen, seen.undeclared) == (14, 17, 3)
        assert under_way.read(cio).unasked == 1
        assert (payroll.title, payroll.stage, joined.of(payroll).never_asked) == ("Payroll moves to the cloud", "PLAN", True)
        assert RiskException.objects.in_force(organisations.today()).filter(kind="GATE_WAIVER").count() == 1
        tools = Saving.objects.select_related("line", "kept").get()  # two that watch became one
        assert (tools.line.product, tools.kept.product, tools.confirmed) == (
            "Watchtower",
            "Lens for networks and servers",
            Decimal("79900.00"),
        )
        assert {tools.line.capability, tools.kept.capability} == {"Monitoring"} and tools.line.ended_on is not None

    def test_half_a_year_ago_more_stood_above_tolerance_and_in_the_worst_bands_than_today(self):
        now, root = clock.now(), str(Unit.objects.get(parent=None).pk)
        kept = (
            KeptPosition.objects.filter(day__lte=organisations.today() - timedelta(days=178)).latest("day").content["totals"][root]
        )
        today = totals.read(int(root))

        for measures in (("risks.above_tolerance",), ("risks.band.SEVERE", "risks.band.HIGH")):
            assert sum(kept.get(one, 0) for one in measures) > sum(today.get(one, 0) for one in measures)
        assert kept["risks.open"] < today["risks.open"] and looking_back.moment_at(now - timedelta(days=178)).seal_seq > 0

    def test_a_drafted_formula_with_its_preview_waits_for_the_ciso(self):
        row = formula_versions.newest_open()
        counts = formula_previews.counts(formula_previews.newest(row), User.objects.get(email=self.doors["cio"]["email"]))

        assert (row.number, row.state, row.drafted_by.name) == (5, "PROPOSED", "Dana Amari")
        assert [slot.offices for slot in signatures.standing(row).missing] == [("CISO",)]
        assert counts.within > 0
        assert (counts.hidden, counts.rise > 0, counts.fall > 10) == (0, True, True)

    def test_a_risk_moved_from_55_to_62_in_five_terms_and_waits_for_two_clicks(self):
        risk = Risk.objects.get(title="Ransomware reaches Northfield line control")
        moved = scores.moved(risk, clock.now() - timedelta(days=30), clock.now())

        terms = [(term.name, str(term.points)) for event in moved.events for term in event.change.terms]
        assert (moved.before.value, moved.after.value, moved.points) == (Decimal("55.0"), Decimal("62.0"), Decimal("7.0"))
        assert sorted(terms) == [
            ("end_of_support", "4.0"),
            ("reachability", "-2.5"),
            ("reachability", "5.5"),
            ("treatment_late", "-1.0"),
            ("treatment_late", "1.0"),
        ]
        assert risk.score_state.agreement == "DIFFERENT"

    def test_the_history_of_a_risk_names_who_answered_its_review(self):
        risk = Risk.objects.get(title="Ransomware reaches Northfield line control")
        owner, analyst = User.objects.get(name="Priya Nair"), User.objects.get(name="Dana Amari")

        entries, _more = history.read(risk, User.objects.get(email=self.doors["cio"]["email"]))

        by = {entry.what: entry.who for entry in entries}
        assert by["Reviewed"] == owner.name
        assert by["Logged"] == analyst.name

    def test_whoever_answers_for_something_finds_a_card_on_the_first_day(self):
        people = {account: User.objects.get(email=door["email"]) for account, door in self.doors.items()}
        cards = {account: needs.of(person, scope.of(person)) for account, person in people.items()}

        answering = {"cio", "ciso", "cso", "arbiter", "preparer", "analyst", "owner", "head", "engineer", "admin"}
        assert {account for account, found in cards.items() if found} == answering
        assert needs.waiting_for(people["arbiter"])

    def test_verrow_permits_some_things_and_one_waits_for_the_ciso(self):
        found = {one.title: one for one in RiskException.objects.with_standing(organisations.today())}

        assert sorted(one.standing for one in found.values()) == ["ACTIVE"] * 5 + ["EXPIRED", "PROPOSED"]
        soon = found["Shared sign-ins on operator panels"]
        assert (soon.ends_on - organisations.today()).days == 5
        waiting = next(one for one in found.values() if one.standing == "PROPOSED")
        assert [slot.offices for slot in signatures.standing(waiting).missing] == [("CISO",)]

    def test_one_risk_above_tolerance_asks_its_owner_and_a_plant_says_something_else(self):
        lena = User.objects.get(email=self.doors["head"]["email"])
        asked = {one.risk.title: one for one in breaches.waiting_for(lena, 7)}

        assert list(asked) == ["Press firmware signed with a leaked vendor key"]
        assert any(need.kind == "Above tolerance" for need in needs.of(lena, scope.of(lena)))
        eastmere = Risk.objects.filter(unit__name="Eastmere", category="OT").select_related("unit").first()
        assert appetite.of_category("OT", eastmere.unit.lineage).tolerance_points == 65
        assert appetite.of_category("OT").tolerance_points == 60

    def test_nine_months_of_readings_stand_behind_six_indicators_and_one_in_breach_moves_a_score(self):
        assert sorted(Counter(Indicator.objects.values_list("standing", flat=True)).items()) == [
            ("BREACH", 1),
            ("NORMAL", 4),
            ("WARNING", 1),
        ]
        assert Reading.objects.count() == 54
        risk = Indicator.objects.get(standing="BREACH").risk_links.get().risk
        newest = Score.objects.filter(risk=risk, state="CURRENT").last()
        assert {term["name"]: term["points"] for term in newest.terms}["indicator_breach"] == "2.0"
        assert Reminder.objects.filter(kind="indicator.breached.news").exists()
        assert Reminder.objects.filter(kind="indicator.returned.news").exists()

    def test_the_board_read_a_signed_quarter_with_a_dissent_and_got_one_joint_answer(self):
        signed, staff, draft = BoardPack.objects.whole().order_by("pk")
        dissent = next(one for one in signed.blocks.all() if one.kind == "DISSENT")
        question = PackQuestion.objects.whole().get()

        assert [one.state for one in (signed, staff, draft)] == ["RELEASED", "RELEASED", "DRAFT"]
        assert (signed.numbers, signed.files.count(), staff.files.count()) == (staff.numbers, 3, 3)
        assert (dissent.words.written_by.name, dissent.answer.written_by.name) == ("Idris Okafor", "Marta Lindqvist")
        assert [one.source for one in draft.blocks.all() if one.lacks_words] == ["summary", "outlook"]
        assert draft.previous == signed and any(row[-1] != "0" for row in draft.blocks.get(source="change").own_value["rows"])
        assert question.answered_at is not None and [one.office for one in question.answers.all()] == ["CIO", "CISO"]


def test_the_demo_moves_only_into_an_empty_portal(db):
    make_user()

    with pytest.raises(AlreadySettled):
        build()
