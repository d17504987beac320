"""Carrying over what was said under one edition to the requirements that stayed in the next."""

from collections.abc import Mapping

from governance.compliance import covering, profiles
from governance.compliance.models import ControlMapping, Framework, Practice, PracticeRating, Profile


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
    return len(made) + _profiles(before, after, goals)


def _profiles(before: Framework, after: Framework, goals: Mapping[str, int]) -> int:
    """Each profile anew, with what was said of the requirements that stayed; their newest ratings keep their day and author."""
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
        PracticeRating.objects.bulk_create(
            PracticeRating(
                practice=origins[pk],
                office=rating.office,
                level=rating.level,
                reason=rating.reason,
                rated_by_id=rating.rated_by_id,
                known_at=rating.known_at,
            )
            for pk, ratings in profiles.newest(list(origins)).items()
            for rating in ratings.values()
        )
        count += len(origins)
    return count


def _practice(profile: Profile, requirement_id: int, known: Practice | None) -> Practice:
    row = Practice(profile=profile, requirement_id=requirement_id)
    for name in ("owner", "target_level", "current_level", "offices_differ", "note") if known else ():
        setattr(row, name, getattr(known, name))
    return row
