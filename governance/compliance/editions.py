"""Carrying over what was said under one edition to the requirements that stayed in the next."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from governance.compliance import covering, rounds
from governance.compliance.models import (
    BlindPracticeRating,
    ControlMapping,
    CountedLevel,
    Framework,
    Practice,
    PracticeRating,
    PracticeRound,
    Profile,
    Statement,
    StatementLine,
)
from portal import clock


def carry_over(before: Framework, after: Framework) -> int:
    """Copy every answer to the requirement with the same identifier; those of `before` stay on record there. Returns how many.
    Called inside an import's transaction."""
    goals = dict(after.requirements.assessable().values_list("identifier", "pk"))
    rows = ControlMapping.objects.current().filter(requirement__framework=before).select_related("requirement")
    kept = [row for row in rows.order_by("pk") if row.requirement.identifier in goals]
    made = ControlMapping.objects.bulk_create(
        ControlMapping(
            control_id=row.control_id,
            requirement_id=goals[row.requirement.identifier],
            relationship=row.relationship,
            state=row.state,
            suggested_by_id=row.suggested_by_id,
            note=row.note,
            mapped_by_id=row.mapped_by_id,
            mapped_at=row.mapped_at,
        )
        for row in kept
    )
    covering.renew({row.requirement_id for row in made})
    return len(made) + _profiles(before, after, goals) + _statements(before, after)


def _statements(before: Framework, after: Framework) -> int:
    """Each statement anew as a draft, decided where the control stayed; the one before it, signed or not, stays on record as it
    was. Returns how many lines were carried."""
    controls = after.requirements.assessable().filter(kind="control").order_by("place")
    goals, count = dict(controls.values_list("identifier", "pk")), 0
    for old in Statement.objects.select_for_update().filter(framework=before, archived_at=None).order_by("pk"):
        known = {line.requirement.identifier: line for line in old.lines.select_related("requirement")}
        if goals:
            told = {"unit_id": old.unit_id, "scope": old.scope, "opened_by_id": old.opened_by_id}
            made = Statement.objects.create(framework=after, opened_at=clock.now(), **told)
            lines = [StatementLine(statement=made, requirement_id=pk, **_decided(known.get(name))) for name, pk in goals.items()]
            StatementLine.objects.bulk_create(lines)
            count += len(goals.keys() & known.keys())
        old.archived_at = clock.now()
        old.version += 1
        old.save(update_fields=["archived_at", "version"])
    return count


def _decided(line: StatementLine | None) -> dict[str, Any]:
    names = ("is_applicable", "reason", "status", "owner_id")
    return {} if line is None else {name: getattr(line, name) for name in names}


def _profiles(before: Framework, after: Framework, goals: Mapping[str, int]) -> int:
    """Each profile anew, with what was said of the requirements that stayed; their newest ratings keep their day and author, and
    what the offices have not settled goes on there, blind as it was."""
    count = 0
    for profile in Profile.objects.current().filter(framework=before).order_by("pk"):
        made = Profile.objects.create(
            framework=after,
            unit_id=profile.unit_id,
            current_tier=profile.current_tier,
            target_tier=profile.target_tier,
            opened_by_id=profile.opened_by_id,
            opened_at=profile.opened_at,
        )
        known = {row.requirement.identifier: row for row in profile.practices.select_related("requirement")}
        rows = [_practice(made, goal, known.get(identifier)) for identifier, goal in goals.items()]
        practices = {row.requirement_id: row for row in Practice.objects.bulk_create(rows)}
        origins = {known[identifier].pk: practices[goal] for identifier, goal in goals.items() if identifier in known}
        _said(origins)
        count += len(origins)
    return count


def _said(origins: Mapping[int, Practice]) -> None:
    """What was rated of the practices with these ids, and what counted when, for those that come after them."""
    ids = list(origins)
    going_on = _rounds(origins)
    newest = {one.pk for ratings in rounds.newest(ids).values() for one in ratings.values()}
    kept = PracticeRating.objects.filter(Q(pk__in=newest) | Q(round__in=list(going_on))).order_by("pk")
    PracticeRating.objects.bulk_create(
        _copy(row, practice=origins[row.practice_id], round=going_on.get(row.round_id)) for row in list(kept)
    )
    counted = CountedLevel.objects.filter(practice__in=ids).order_by("pk")
    CountedLevel.objects.bulk_create(_copy(row, practice=origins[row.practice_id]) for row in list(counted))


def _rounds(origins: Mapping[int, Practice]) -> dict[int, PracticeRound]:
    """By id of the one before: the round in which each practice stands goes on, and what is blind goes along with it."""
    standing = Practice.objects.filter(pk__in=list(origins), round__isnull=False).values("round")
    rows = list(PracticeRound.objects.filter(pk__in=standing).order_by("pk"))
    made = PracticeRound.objects.bulk_create(_copy(row, practice=origins[row.practice_id]) for row in rows)
    found = {row.pk: one for row, one in zip(rows, made, strict=True)}
    for one in made:
        one.practice.round = one
    Practice.objects.bulk_update([one.practice for one in made], ["round"], batch_size=500)
    for blind in BlindPracticeRating.objects.filter(round__in=list(found)):
        blind.round = found[blind.round_id]
        blind.save(update_fields=["round"])
    return found


def _copy(row: Any, **otherwise: Any) -> Any:
    """The same row once more, not saved, but for what is said `otherwise`."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key and field.name not in otherwise]
    return type(row)(**{name: getattr(row, name) for name in names}, **otherwise)


def _practice(profile: Profile, requirement_id: int, known: Practice | None) -> Practice:
    row = Practice(profile=profile, requirement_id=requirement_id)
    for name in ("owner", "target_level", "current_level", "offices_differ", "note") if known else ():
        setattr(row, name, getattr(known, name))
    return row
