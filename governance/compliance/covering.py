"""Keeping coverage: renews just the requirements that a change reaches; the only writer of coverage rows.

What changes in this room renews at once. What changes below, a control or its evidence, or a formula that took effect (it says what
counts of a control without valid evidence), is read from the sealed log; what time alone changes is found by `next_change_on`.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q

from governance.compliance import coverage
from governance.compliance.coverage import Answer, Covered
from governance.compliance.models import ControlMapping, Coverage, CoverageMark, Requirement
from portal import clock
from portal.people import organisations
from portal.record.models import Seal
from risks import formula_in_force
from risks.formulas import Formula
from risks.models import Control, Evidence

LOG_BATCH = 2_000
FOLLOWED = ("control", "evidence")
ANOTHER_FORMULA = "formula.in_force"
KEPT = ("share", "controls", "unproven", "next_change_on")


def answers_to(requirement_ids: Collection[int]) -> dict[int, list[Answer]]:
    """By requirement the controls that were confirmed to answer it. One query."""
    rows = (
        ControlMapping.objects.confirmed()
        .filter(requirement__in=requirement_ids)
        .values_list("requirement", "control", "relationship", "control__state", "control__operating_effectiveness")
        .annotate(until=Max("control__evidence__valid_until", filter=Q(control__evidence__withdrawn_at=None)))
    )
    found: dict[int, list[Answer]] = {}
    for requirement, control, relationship, state, operating, until in rows.iterator():
        answer = Answer(control, relationship, state == Control.State.IN_FORCE, operating, until)
        found.setdefault(requirement, []).append(answer)
    return found


def compute(requirement_ids: Collection[int], today: date, formula: Formula) -> dict[int, Covered]:
    """What coverage is today, from scratch; what counts of a control without valid evidence says `formula`. One query."""
    share = formula.unproven_operating_share
    found = answers_to(requirement_ids)
    return {pk: coverage.of(found.get(pk, ()), today, share) for pk in requirement_ids}


@transaction.atomic
def renew(requirement_ids: Iterable[int]) -> list[int]:
    """Count these anew and write what differs; returns which did. Their rows are locked before their inputs are read, so that
    of two who come at once the later sees what the earlier did. Six queries at most."""
    wanted = sorted(set(requirement_ids))
    if not wanted:
        return []
    known = _locked(wanted)
    if len(known) < len(wanted):
        missing = [Coverage(requirement_id=pk, counted_at=clock.now()) for pk in wanted if pk not in known]
        Coverage.objects.bulk_create(missing, ignore_conflicts=True)
        known = _locked(wanted)
    changed = []
    for pk, found in compute(wanted, organisations.today(), formula_in_force.now()).items():
        row, after = known[pk], _plain(found)
        if {name: getattr(row, name) for name in KEPT} != after:
            for name, value in after.items():
                setattr(row, name, value)
            row.counted_at = clock.now()
            changed.append(row)
    if changed:
        Coverage.objects.bulk_update(changed, [*KEPT, "counted_at"], batch_size=500)
    return [row.pk for row in changed]


def reached_by(control_ids: Iterable[int]) -> list[int]:
    """The requirements that these controls answer. One query."""
    rows = ControlMapping.objects.confirmed().filter(control__in=list(control_ids))
    return list(rows.order_by().values_list("requirement", flat=True).distinct())


def follow() -> int:
    """Renew what the log tells of controls, evidence and formulas since the last time; returns how many requirements were renewed.
    Safe to run twice, and at once."""
    renewed = 0
    while True:
        with transaction.atomic():
            mark = CoverageMark.objects.select_for_update(skip_locked=True).first()
            if mark is None:
                if CoverageMark.objects.exists():
                    return renewed  # another process is reading
                mark = CoverageMark.objects.create(pk=1)
            rows = Seal.objects.filter(seq__gt=mark.seq).order_by("seq")[:LOG_BATCH]
            entries = list(rows.values_list("seq", "entry__kind", "entry__subject_id", "entry__verb"))
            if not entries:
                return renewed
            told = {kind: {pk for _seq, one, pk, _verb in entries if one == kind} for kind in FOLLOWED}
            controls = told["control"] | set(
                Evidence.objects.filter(pk__in=told["evidence"]).exclude(control=None).values_list("control", flat=True)
            )
            reached = reached_by(controls) if controls else []
            if any(verb == ANOTHER_FORMULA for *_entry, verb in entries):
                reached += Coverage.objects.filter(unproven__gt=0).exclude(pk__in=reached).values_list("pk", flat=True)
            renew(reached)
            renewed += len(reached)
            CoverageMark.objects.filter(pk=mark.pk).update(seq=entries[-1][0])


def renew_due() -> int:
    """Renew what time alone changed: evidence whose last good day is over. Returns how many."""
    due = list(Coverage.objects.filter(next_change_on__lt=organisations.today()).values_list("pk", flat=True))
    renew(due)
    return len(due)


def renew_all() -> list[int]:
    """Count everything anew; returns what differed. For the first time, and to check."""
    return renew(Requirement.objects.assessable().values_list("pk", flat=True))


def of_frameworks(framework_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """By framework how many requirements are covered, partly, and the mean share. One query."""
    rows = Coverage.objects.filter(requirement__framework__in=framework_ids, requirement__assessable=True, share__gt=0)
    found: dict[int, dict[str, Any]] = {pk: {"covered": 0, "partly": 0, "shares": []} for pk in framework_ids}
    for framework, share in rows.values_list(F("requirement__framework"), "share"):
        of_one = found[framework]
        of_one["shares"].append(share)
        of_one["covered" if coverage.word(share) == coverage.COVERED else "partly"] += 1
    return found


def _locked(ids: Collection[int]) -> dict[int, Coverage]:
    return {row.pk: row for row in Coverage.objects.select_for_update().filter(pk__in=ids).order_by("pk")}


def _plain(found: Covered) -> dict[str, Any]:
    return {
        "share": found.share,
        "controls": sum(term.proof != coverage.NOT_IN_FORCE for term in found.terms),
        "unproven": found.unproven,
        "next_change_on": found.next_change_on,
    }
