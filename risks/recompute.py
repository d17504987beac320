"""The only writer of scores: takes what is stale, measures, scores, and remembers what differs."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction

from portal import clock, copying
from portal.people.models import Organisation
from portal.record import audit, totals
from portal.web import collisions
from portal.workbench.errors import NothingToTry
from risks import annual_losses, breaches, facts, formula_in_force, portfolio, proof, score_rows, stale, wording
from risks.facts import Facts, Standing
from risks.formulas import Formula
from risks.models import Risk, Score, ScoreState
from risks.score_rows import Kept, NewScore, Stored
from risks.scoring import ScoreInput, ScoreResult, score
from risks.signals import scores_recomputed

EVERYTHING = "recompute.all"
RETRY = "risks.retry_score"
TRIES_WHEN_TRANSACTIONS_COLLIDE = 3
LONGEST_CAUSE = 80  # characters
BATCH = 1000  # stale rows a transaction

log = structlog.get_logger(__name__)


def refresh_batch(limit: int = BATCH) -> int:
    """Score again what at most `limit` stale rows name, then fold what that changed in the sums of losses; returns how many rows
    were taken, 0 when none is left.

    All in one transaction. A batch that fails for a reason of its own is counted on its rows, which are then tried one
    by one; OperationalError when the database is away.
    """
    claims: list[stale.Claim] = []
    try:
        return _again_after_collision(lambda: _refresh_claimed(limit, claims))
    except OperationalError:
        raise
    except Exception as error:
        log.exception("scores.batch_failed", rows=len(claims))
        stale.note_failure(claims, error)
        return len(claims)


def refresh_all(chunk: int = 5000) -> Iterator[tuple[int, int]]:
    """Score every open risk again, `chunk` of them a transaction; yields (risks done, score rows written) on the way."""
    done = written = last = 0
    while True:
        following = Risk.objects.open().current().filter(pk__gt=last).order_by("pk")
        causes = dict.fromkeys(following.values_list("pk", flat=True)[:chunk], EVERYTHING)
        if not causes:
            portfolio.fold_all()
            return
        written += _again_after_collision(lambda causes=causes: _rescore(causes))
        done, last = done + len(causes), max(causes)
        yield done, written


@transaction.atomic
def try_again(*, actor: Any) -> int:
    """Score once more what was given up; returns how many changes wait for that now. Raises PermissionDenied, NothingToTry."""
    if not actor.has_perm(RETRY):
        raise PermissionDenied
    rows = stale.try_again()
    if not rows:
        raise NothingToTry
    audit.record(actor, "scores.tried_again", actor, {"rows": rows})
    return rows


def mark_due() -> int:
    """Mark the scores that the organisation's day itself changes; returns how many."""
    return stale.mark_due(_today())


def mark_outdated() -> int:
    """Mark the open risks that were last looked at by another formula than the one in force; returns how many. Whatever was
    logged while a version took effect is found here."""
    number = formula_in_force.now().version
    return stale.mark_outdated(number, wording.cause_of_formula(number))


def differences(chunk: int = 5000) -> list[int]:
    """The open risks whose stored scores are not those of a computation from scratch, today; writes nothing."""
    differing: list[int] = []
    formula = formula_in_force.now()
    risk_ids = list(Risk.objects.open().current().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(risk_ids), chunk):
        part = risk_ids[start : start + chunk]
        newest, standings = score_rows.newest(part), score_rows.standings(part)
        for known in facts.gather(part, _today()):
            results = _results(known, formula)
            same = standings.get(known.risk_id) == facts.stand(known, results, formula) and all(
                (kept := newest.get((known.risk_id, state))) is not None and kept.says(_stored(result))
                for state, result in results.items()
            )
            if not same:
                differing.append(known.risk_id)
    return sorted(differing)


def _refresh_claimed(limit: int, claims: list[stale.Claim]) -> int:
    with transaction.atomic():
        claims[:] = stale.claim(limit)
        if claims:
            _rescore(_causes(claims))
            stale.release(claims)
    return len(claims) or portfolio.fold()


@transaction.atomic
def _rescore(causes: Mapping[int, str]) -> int:
    """Score the risks that `causes` names, each with what made it stale; returns how many score rows were written."""
    moment, risk_ids = clock.now(), sorted(causes)
    before = score_rows.lock(risk_ids)
    formula = formula_in_force.now()
    annual_losses.renew(risk_ids, moment)
    known = list(facts.gather(risk_ids, _today()))
    results = {one.risk_id: _results(one, formula) for one in known}
    after = {one.risk_id: facts.stand(one, results[one.risk_id], formula) for one in known}
    new = _differing(known, results, formula, causes, moment)
    scored = sorted({one.risk_id for one in new})
    moved = [risk_id for risk_id, standing in after.items() if standing != before[risk_id]]
    score_rows.add(new)
    score_rows.keep([after[risk_id] for risk_id in {*moved, *scored}], scored, moment)
    score_rows.touch(sorted(after.keys() - {*moved, *scored}), moment)
    _count(before, after, moved)
    _audit(new)
    breaches.follow(before, after, moved, moment)
    if scored:
        scores_recomputed.send(ScoreState, risk_ids=scored)
    return len(new)


def _results(known: Facts, formula: Formula) -> dict[str, ScoreResult]:
    return {state: score(given, formula) for state, given in known.inputs.items()}


def _differing(
    known: list[Facts],
    results: Mapping[int, Mapping[str, ScoreResult]],
    formula: Formula,
    causes: Mapping[int, str],
    moment: datetime,
) -> list[NewScore]:
    """The score rows to be written: of open risks, where value, band or terms are not those of the newest row."""
    newest = score_rows.newest([one.risk_id for one in known])
    differing: list[tuple[ScoreInput, ScoreResult, Stored, Kept | None]] = []
    for one in known:
        for state, result in results[one.risk_id].items():
            previous, stored = newest.get((one.risk_id, state)), _stored(result)
            if one.is_open and (previous is None or not previous.says(stored)):
                differing.append((one.inputs[state], result, stored, previous))
    ids = iter(copying.draw_ids(Score, len(differing)))
    return [
        NewScore(
            id=next(ids),
            risk_id=given.risk_id,
            state=given.state,
            stored=stored,
            formula_version=result.formula_version,
            cause=causes[given.risk_id],
            previous_value=None if previous is None else previous.value,
            input_digest=hashlib.sha256(spelled).hexdigest(),
            input=spelled.decode(),
            proof=proof.hash_of(spelled, result, formula, stored.terms),
            computed_at=moment,
        )
        for given, result, stored, previous in differing
        for spelled in [proof.spelled(given)]
    ]


def _stored(result: ScoreResult) -> Stored:
    return Stored(result.value, result.band or "", result.reason or "", proof.terms_as_json(result.terms))


def _count(before: Mapping[int, Standing], after: Mapping[int, Standing], moved: list[int]) -> None:
    """Add to the ledger what these risks count for now, less what they counted for; summed over the batch."""
    changes: Counter[tuple[int, str]] = Counter()
    for risk_id in moved:
        for sign, standing in ((-1, before[risk_id]), (1, after[risk_id])):
            counted = standing.counted or {"units": [], "measures": {}}
            for scope in counted["units"]:
                for measure, amount in counted["measures"].items():
                    changes[scope, measure] += sign * amount
    totals.add((scope, measure, amount) for (scope, measure), amount in sorted(changes.items()))


def _audit(new: list[NewScore]) -> None:
    """One entry a risk: which score row came, from which value to which, by state."""
    by_risk: dict[int, dict[str, dict[str, object]]] = {}
    for one in new:
        by_risk.setdefault(one.risk_id, {})[one.state] = {
            "score": one.id,
            "was": None if one.previous_value is None else str(one.previous_value),
            "now": None if one.stored.value is None else str(one.stored.value),
            "proof": one.proof,
        }
    audit.record_many(None, "score.recomputed", "risk", by_risk.items())


def _causes(claims: list[stale.Claim]) -> dict[int, str]:
    """What made each risk stale: its causes in the order they came, each once, as many as fit."""
    by_risk: dict[int, dict[str, None]] = {}
    for one in claims:
        by_risk.setdefault(one.risk_id, {})[one.cause] = None
    return {risk_id: _fitting(list(causes)) for risk_id, causes in by_risk.items()}


def _fitting(causes: list[str]) -> str:
    while len(" ".join(causes)) > LONGEST_CAUSE and len(causes) > 1:
        causes.pop()
    return " ".join(causes)


def _today() -> date:
    """The organisation's day, asked of the database: a worker needs no cache to do its work."""
    zone = Organisation.objects.values_list("time_zone", flat=True).first()
    return clock.today(zone or "UTC")


def _again_after_collision(work: Callable[[], int]) -> int:
    """Do `work`, again where PostgreSQL ended its transaction in favour of another one."""
    for _ in range(TRIES_WHEN_TRANSACTIONS_COLLIDE - 1):
        try:
            return work()
        except OperationalError as error:
            if collisions.state_of(error) not in collisions.PASSING:
                raise
            log.warning("scores.transactions_collided", code=collisions.state_of(error))
    return work()
