from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from portal import clock
from portal.errors import Invalid
from portal.record.models import AuditEntry
from portal.signing import signatures
from portal.signing.errors import FactorTooOld, NeverSigns, NotYourSignature
from risks import (
    backlog,
    formula_bounds,
    formula_in_force,
    formula_previews,
    formula_trial,
    formula_versions,
    formula_words,
    formulas,
    proof,
    recompute,
    scores,
    stale,
    tasks,
)
from risks.errors import FormulaAsBefore, FormulaNotOpen, FormulaWaits, SavedMeanwhile
from risks.formula_errors import NotPreviewed
from risks.models import FormulaPreview, FormulaPreviewRow, FormulaVersion, Levels, Score, ScoreState, StaleScore
from tests.factories.risks import make_levels, make_risk, sign

pytestmark = pytest.mark.django_db
WHY = "Likelihood and impact weigh more."


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def risk(company):
    return scored(make_risk(unit=company.northfield))


def scored(risk, likelihood=4, **impact):
    make_levels(risk, likelihood, **impact)
    stale.mark_risks([risk.pk], "test")
    refresh()
    return risk


def refresh():
    while recompute.refresh_batch():
        pass


def drafted(actor, **parameters):
    return formula_versions.draft({"base_points": "3.5"} | parameters, WHY, actor=actor)


def proposed(actor, **parameters):
    return formula_versions.propose(drafted(actor, **parameters), actor=actor)


def verbs(row):
    return list(AuditEntry.objects.filter(kind="formula-version", subject_id=row.pk).order_by("pk").values_list("verb", flat=True))


def value(risk):
    return ScoreState.objects.get(pk=risk.pk).current_value


def test_a_fresh_portal_scores_by_the_newest_version_that_came_along():
    assert list(FormulaVersion.objects.order_by("number").values_list("number", flat=True)) == sorted(formulas.FORMULAS)
    assert formula_in_force.now() == formulas.LATEST
    assert {row.number: formulas.from_json(row.parameters) for row in FormulaVersion.objects.all()} == dict(formulas.FORMULAS)


def test_a_draft_starts_from_the_version_in_force_and_tells_what_it_would_change(risk, analyst):
    row = drafted(analyst)

    # 3.5 × 4 × 4 = 56 instead of 48
    assert (row.number, row.state, verbs(row)) == (5, "DRAFTED", ["formula.drafted"])
    assert formulas.from_json(row.parameters) == replace(formulas.LATEST, version=5, base_points=Decimal("3.5"))
    found = FormulaPreviewRow.objects.get(preview=formula_previews.newest(row))
    assert (found.risk, found.before_value, found.after_value, found.move) == (
        risk,
        Decimal("48.0"),
        Decimal("56.0"),
        Decimal("8.0"),
    )
    assert value(risk) == 48


def test_it_takes_effect_once_when_both_leaders_have_signed_and_every_score_follows(risk, analyst, cio, ciso):
    row = proposed(analyst)
    assert [one.subject for one in signatures.waiting_for(cio)] == [row]

    sign(row, cio)
    assert formula_in_force.now() == formulas.LATEST
    assert not StaleScore.objects.exists()

    sign(row, ciso)
    assert (row.state, row.in_force_by, formula_in_force.now().base_points) == ("USED", ciso, Decimal("3.5"))
    assert list(StaleScore.objects.values_list("risk", "cause")) == [(risk.pk, "formula.5")]
    assert (backlog.read(cio).waiting, backlog.read(cio).formula, backlog.read(cio).by_formula) == (1, 5, 0)

    refresh()
    newest = Score.objects.filter(risk=risk, state="CURRENT").latest("pk")
    assert (newest.value, newest.previous_value, newest.formula_version, newest.cause) == (56, 48, 5, "formula.5")
    assert ScoreState.objects.get(pk=risk.pk).formula_version == 5
    assert recompute.differences() == []
    assert verbs(row).count("formula.in_force") == 1


def test_why_a_score_changed_tells_the_formula_apart_from_what_happened_at_the_same_time(risk, analyst, cio, ciso):
    start = clock.now()
    with clock.stopped(start + timedelta(hours=1)):
        make_levels(risk, 5)
        stale.mark_risks([risk.pk], "risk.levels_set")
        sign(proposed(analyst), cio, ciso)
        refresh()  # one batch, one score row

    moved = scores.moved(risk, start, start + timedelta(days=1))

    # 3 × 4 × 4 = 48 → 3.5 × 4 × 4 = 56 by the formula, → 3.5 × 5 × 4 = 70 by the level
    assert [(one.formula, one.points, one.actor) for one in moved.events] == [(5, 8, ciso), (None, 14, None)]
    assert sum(one.points for one in moved.events) == moved.points == 22


def test_a_formula_that_moves_no_term_is_no_event(risk, analyst, cio, ciso):
    start = clock.now()
    with clock.stopped(start + timedelta(hours=1)):
        sign(proposed(analyst, base_points="3.0", indicator_points="1.0"), cio, ciso)
        refresh()
        assert Score.objects.filter(risk=risk, formula_version=5).count() == 0
        assert ScoreState.objects.get(pk=risk.pk).formula_version == 5
        scored(risk, 5)

    assert [one.formula for one in scores.moved(risk, start, start + timedelta(days=1)).events] == [None]


def test_whoever_was_logged_while_it_took_effect_is_found_by_the_sweep(risk, analyst, cio, ciso):
    sign(proposed(analyst), cio, ciso)
    StaleScore.objects.all().delete()  # as if the risk had not been there yet

    tasks.mark_what_time_changes()
    refresh()

    assert value(risk) == 56
    assert recompute.mark_outdated() == 0


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"base_points": "4.5"}, "base_points"),
        ({"base_points": "3.05"}, "base_points"),
        ({"base_points": True}, "base_points"),
        ({"base_points": "1e999999"}, "base_points"),
        ({"care_limit_points": "6"}, "care_limit_points"),
        ({"control_limit_share": "0.2"}, "control_limit_share"),
        ({"criticality_points": ["0", "1", "5", "3", "7"]}, "criticality_points"),
        ({"criticality_points": ["0", "1"]}, "criticality_points"),
        ({"reachability_points": "8"}, "reachability_points"),
        ({"review_late_steps": [[31, "2.0"], [1, "1.0"]]}, "review_late_steps"),
        ({"review_late_steps": [["x", "1.0"]]}, "review_late_steps"),
        ({"review_late_steps": [[1, "5.0"]], "care_limit_points": "4"}, "review_late_steps"),
        ({"indicator_points": "7"}, "indicator_limit_points"),
        ({"beauty": "1"}, "beauty"),
        ({"old_evidence_within_effect": False}, "old_evidence_within_effect"),
    ],
)
def test_what_breaks_a_bound_is_refused_in_a_sentence_and_nothing_is_kept(analyst, parameters, field):
    with pytest.raises(Invalid) as refused:
        drafted(analyst, **parameters)

    assert [len(sentences) for sentences in refused.value.fields.values()] == [1] * len(refused.value.fields)
    assert field in refused.value.fields
    assert not FormulaVersion.objects.open().exists()


def test_it_says_why_differs_from_what_holds_and_is_the_only_one_open(analyst):
    with pytest.raises(Invalid):
        formula_versions.draft({"base_points": "3.5"}, " ", actor=analyst)
    with pytest.raises(FormulaAsBefore):
        drafted(analyst, base_points="3.0")
    drafted(analyst)
    with pytest.raises(FormulaWaits):
        drafted(analyst)


def test_a_change_makes_signatures_stale_at_once_and_its_reason_alone_none(risk, analyst, cio, ciso):
    row = proposed(analyst)
    sign(row, cio)

    formula_versions.change(row, {}, "Said better.", actor=analyst, version=row.version)
    assert signatures.standing(FormulaVersion.objects.get(pk=row.pk)).signed_by(cio.pk)

    row.refresh_from_db()
    formula_versions.change(row, {"base_points": "3.6"}, WHY, actor=analyst, version=row.version)
    row.refresh_from_db()
    assert [slot.offices for slot in signatures.standing(row).stale] == [("CIO",)]
    sign(row, ciso)
    assert formula_in_force.now() == formulas.LATEST
    assert FormulaPreviewRow.objects.get(preview=formula_previews.newest(row)).after_value == Decimal("57.6")
    with pytest.raises(SavedMeanwhile):
        formula_versions.change(row, {}, "Late.", actor=analyst, version=1)


def test_a_draft_is_not_changed_back_to_what_holds(analyst):
    row = drafted(analyst)
    held = formula_words.start(formula_in_force.now())

    with pytest.raises(FormulaAsBefore):
        formula_versions.change(row, held, "As it was", actor=analyst, version=row.version)

    row.refresh_from_db()
    assert row.version == 1


def test_what_is_taken_back_or_used_is_open_no_more(analyst, cio, ciso):
    row = formula_versions.withdraw(proposed(analyst), actor=analyst)
    with pytest.raises(FormulaNotOpen):
        sign(row, cio)

    used = proposed(analyst)
    sign(used, cio, ciso)
    assert used.number == 6
    for verb in (formula_versions.propose, formula_versions.withdraw):
        with pytest.raises(FormulaNotOpen):
            verb(used, actor=analyst)
    with pytest.raises(FormulaNotOpen):
        formula_versions.change(used, {}, WHY, actor=analyst, version=used.version)


def test_only_the_two_leaders_sign_each_with_a_fresh_factor(analyst, cio, ciso, person):
    row = proposed(cio)
    with pytest.raises(FactorTooOld):
        signatures.sign(row, actor=ciso, factor_at=clock.now() - timedelta(minutes=16))
    with pytest.raises(NeverSigns):
        sign(row, analyst)
    with pytest.raises(NotYourSignature):
        sign(row, person("CSO"))

    sign(row, cio)
    assert row.state == "PROPOSED"  # nobody approves alone what they proposed


@pytest.mark.parametrize("number", [4, 5])
def test_the_database_lets_nobody_change_or_remove_a_used_version(analyst, cio, ciso, number):
    sign(proposed(analyst), cio, ciso)
    for statement in (
        "UPDATE risks_formulaversion SET parameters = '{}' WHERE number = %s",
        "DELETE FROM risks_formulaversion WHERE number = %s",
    ):
        with (
            pytest.raises(DatabaseError, match=r"never changes|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [number])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE risks_formulaversion CASCADE")


def test_a_version_that_was_put_in_force_without_signatures_is_passed_over(risk, analyst):
    row = drafted(analyst, base_points="3.7")
    FormulaVersion.objects.filter(pk=row.pk).update(in_force_at=clock.now())

    assert formula_in_force.now() == formulas.LATEST


def test_pages_hear_of_another_version_as_soon_as_it_is_committed(analyst, cio, ciso, django_capture_on_commit_callbacks):
    row = proposed(analyst)
    assert formula_in_force.known() == formulas.LATEST

    with django_capture_on_commit_callbacks(execute=True):
        sign(row, cio, ciso)

    assert cache.get(formula_in_force.KEY) is None
    assert formula_in_force.known().version == 5


def test_a_preview_counts_what_crosses_tolerance_either_way_and_what_one_may_not_open(company, analyst, risk):
    from risks import appetite

    appetite.agree({"": (30, 50)}, actor=None)
    scored(make_risk(unit=company.northfield), 5, operational=3)  # 45.0 → 52.5, over 50
    scored(make_risk(unit=company.northfield, is_confidential=True), 1, operational=1)
    scored(make_risk(unit=company.northfield), 5, operational=5)  # 75 → 87.5: another band

    counts = formula_previews.counts(formula_previews.newest(drafted(analyst)), analyst)

    assert (counts.affected, counts.hidden, counts.rise, counts.fall) == (3, 1, 3, 0)
    assert (counts.above, counts.within, counts.band_up, counts.band_down) == (2, 0, 1, 0)
    lower = formula_versions.change(formula_versions.newest_open(), {"base_points": "2.5"}, WHY, actor=analyst, version=1)
    counts = formula_previews.counts(formula_previews.newest(lower), analyst)
    assert (counts.rise, counts.fall, counts.above, counts.within) == (0, 3, 0, 0)


def test_a_large_register_is_worked_through_in_parts_and_signed_once_every_risk_is_computed(company, analyst, cio, monkeypatch):
    monkeypatch.setattr(formula_previews, "AT_ONCE", 0)
    monkeypatch.setattr(formula_previews, "PART", 2)
    for _ in range(5):
        make_levels(make_risk(unit=company.northfield))
    row = proposed(analyst)
    first = formula_previews.newest(row)
    assert (first.done, first.total, first.finished_at) == (0, 5, None)

    assert formula_previews.work(first.pk)
    first.refresh_from_db()
    assert first.done == 2
    with pytest.raises(NotPreviewed):
        sign(row, cio)
    formula_versions.preview_again(row)
    tasks.compute_previews()

    done = FormulaPreview.objects.get()
    assert (done.pk > first.pk, done.done, done.finished_at is not None, done.rows.count()) == (True, 5, True, 5)
    sign(row, cio)
    formula_versions.change(row, {"base_points": "3.6"}, WHY, actor=analyst, version=None)
    row.refresh_from_db()
    with pytest.raises(NotPreviewed):  # that was another draft
        sign(row, cio)
    formula_previews.work_waiting()
    formula_versions.preview_again(row)
    assert len(sign(row, cio).missing) == 1  # while it is computed once more, what is known holds


def test_a_preview_that_fails_is_tried_five_times_and_says_so(company, analyst, monkeypatch):
    monkeypatch.setattr(formula_previews, "AT_ONCE", 0)
    make_levels(make_risk(unit=company.northfield))
    row = drafted(analyst)

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(formula_previews, "_rows", fail)
    for _ in range(7):
        formula_previews.work_waiting()

    found = formula_previews.newest(row)
    assert (found.attempts, found.error, found.done, found.finished_at) == (5, "RuntimeError", 0, None)


@pytest.mark.parametrize("formula", formulas.FORMULAS.values())
def test_every_version_that_came_along_is_shown_to_hold_with_the_rule_that_the_second_and_third_lack(formula):
    trial, ruled = formula_trial.of(formula), replace(formula, old_evidence_within_effect=True)

    assert formula_bounds.checked(formula.version, formula_words.start(formula)) == ruled
    assert proof.plain(formula_bounds.checked(formula.version, formula_words.start(formula))) == proof.plain(ruled)
    assert (trial.falls, trial.crossed) == (("old_evidence",) if formula.version in (2, 3) else (), 0)
    assert formula_trial.of(ruled).holds
    assert trial.steps > 400


def test_the_trial_finds_a_score_that_falls_and_care_that_weighs_too_much():
    falling = replace(formulas.LATEST, criticality_points=tuple(map(Decimal, "01243")))
    heavy = replace(formulas.LATEST, care_limit_points=Decimal(8), review_late_steps=((1, Decimal(8)),))

    assert formula_trial.of(falling).falls == ("criticality_level",)
    assert (formula_trial.of(heavy).most_care, formula_trial.of(heavy).holds) == (8, False)
    assert set(formula_bounds.WORDS) | {"version"} == set(formulas.Formula.__dataclass_fields__)


def test_levels_are_untouched_by_a_preview(risk, analyst):
    before = list(Levels.objects.values()), list(Score.objects.values())

    drafted(analyst)

    assert (list(Levels.objects.values()), list(Score.objects.values())) == before
