"""What change and the board tell of alignment, counted by hand on a few rows."""

from datetime import timedelta

from governance.board.alignment_feed import board_answered_jointly
from governance.board.models import PackQuestion
from governance.change import alignment_feeds, declarations, gates, stages
from governance.change.declarations import Said
from governance.change.models import Gate, Initiative
from portal import clock
from portal.people import organisations
from tests.factories.board import make_pack
from tests.factories.governance import make_initiative

WINDOW = timedelta(days=90)
LINE = Said("ADDS", "SERVER", "INTERNAL", 1, "", None)


def told(feed):
    today = organisations.today()
    return {(row.kind, row.id): row.went_well for row in feed(today - WINDOW, today).rows}


def planned(company, by):
    one = make_initiative(unit=company.northfield, by=by)
    declarations.declare(one, [LINE], actor=by)
    return stages.advance(one, "PLAN", actor=by)


def all_met(one, to, it, security):
    for criterion in one.gates.get(opens=to).criteria.filter(dropped_at=None):
        gates.answer(criterion, "MET", actor=it, note="See the plan.")
        gates.answer(criterion, "MET", actor=security, note="Seen.")


def test_a_gate_counts_once_passed_and_stumbles_over_one_answer_of_not_met(company, person):
    cio, ciso = person("CIO"), person("CISO")
    smooth, rough, late, spared, waiting = (planned(company, cio) for _ in range(5))
    for one in (smooth, rough, late, spared):
        gates.put_to_security(one.gates.get(opens="DESIGN"), actor=cio)
    first = rough.gates.get(opens="DESIGN").criteria.first()
    gates.answer(first, "NOT_MET", actor=ciso, note="Nobody owns it.")
    gates.drop(spared.gates.get(opens="DESIGN").criteria.last(), actor=ciso, reason="No data of people")
    for one in (smooth, rough, late, spared):
        all_met(one, "DESIGN", cio, ciso)
    Gate.objects.filter(initiative=late, opens="DESIGN").update(promised_on=organisations.today() - timedelta(days=1))
    for one in (smooth, rough, late, spared):
        stages.advance(Initiative.objects.get(pk=one.pk), "DESIGN", actor=cio)

    found = told(alignment_feeds.gates_first_time)

    by_initiative = {Gate.objects.get(pk=pk).initiative_id: well for (_kind, pk), well in found.items()}
    assert {one.pk: by_initiative.get(one.pk) for one in (smooth, rough, late, spared, waiting)} == {
        smooth.pk: True,
        rough.pk: False,
        late.pk: False,
        spared.pk: False,  # changed to fewer criteria: charged to security as a waiver is to IT
        waiting.pk: None,
    }
    assert told(alignment_feeds.security_before_design) == {("initiative", one.pk): True for one in (smooth, rough, late, spared)}


def test_security_that_was_never_there_before_design_counts_against_and_a_silent_one_does_not(company, person):
    cio = person("CIO")
    person("CISO")
    ignored, silent = planned(company, cio), planned(company, cio)
    for one in (ignored, silent):  # nothing of a gate is in the way
        one.gates.get(opens="DESIGN").criteria.all().delete()
    Initiative.objects.filter(pk=silent.pk).update(security_asked_at=clock.now() - timedelta(days=12))
    for one in (ignored, silent):
        stages.advance(Initiative.objects.get(pk=one.pk), "DESIGN", actor=cio)

    assert told(alignment_feeds.security_before_design) == {("initiative", ignored.pk): False, ("initiative", silent.pk): True}


def test_a_question_of_the_board_counts_once_answered_or_late(company, person):
    cio = person("CIO")
    block = make_pack(unit=company.root, by=cio, template="STAFF").blocks.first()
    now = clock.now()

    def asked(days_ago, answered_after=None):
        at = now - timedelta(days=days_ago)
        done = None if answered_after is None else at + timedelta(days=answered_after)
        return PackQuestion.objects.create(block=block, text="Why?", asked_by=cio, asked_at=at, answered_at=done)

    quick, slow, forgotten, fresh, old = asked(30, 1), asked(30, 20), asked(30), asked(1), asked(200, 1)

    found = told(board_answered_jointly)

    assert {pk: well for (_kind, pk), well in found.items()} == {quick.pk: True, slow.pk: False, forgotten.pk: False}
    assert {fresh.pk, old.pk}.isdisjoint(pk for _kind, pk in found)
