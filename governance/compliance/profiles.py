"""Profiles: opening one, saying who owns what and how well it should be done, rating how well it is done."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from governance.compliance import current_edition
from governance.compliance.errors import NotYourOffice, OfficeLosesItsSay, OldEdition, ProfileThere, SavedOver, TiersOfOrganisation
from governance.compliance.models import Framework, Owner, Practice, PracticeRating, Profile
from governance.compliance.models.profile import LEVELS
from portal import clock
from portal.errors import Invalid
from portal.people.models import Unit
from portal.people.reach import grants
from portal.record import audit
from risks.models import Office

LONGEST = 500
STAMP = "compliance.practised"  # in the cache: changes with every rating and aim
CSF = "nist-csf"
SEATS = {"CIO": Office.IT, "CISO": Office.SECURITY}


@transaction.atomic
def open_one(framework: Framework, unit: Unit, *, actor: Any) -> Profile:
    """A profile of `framework` in `unit`, nothing rated yet. Raises OldEdition, ProfileThere, Invalid."""
    framework = current_edition.hold(framework.pk)
    seen = grants(actor) if actor is not None else None
    if unit.archived_at is not None or not (seen is None or seen.reaches(unit.path)):
        raise Invalid(_("This is not complete."), {"unit": [_("Choose one of your own units.")]})
    if Profile.objects.current().filter(framework=framework, unit=unit).exists():
        raise ProfileThere
    profile = Profile.objects.create(framework=framework, unit=unit, opened_by=_person(actor), opened_at=clock.now())
    requirements = framework.requirements.assessable().order_by("place").values_list("pk", flat=True)
    transaction.on_commit(partial(cache.set, STAMP, get_random_string(16), None))
    Practice.objects.bulk_create(Practice(profile=profile, requirement_id=pk) for pk in requirements)
    audit.record(actor, "profile.opened", profile, {"framework": framework.pk, "unit": unit.pk})
    return profile


@transaction.atomic
def set_tiers(profile: Profile, *, actor: Any, version: int | None, current_tier: int | None, target_tier: int | None) -> Profile:
    """How the organisation as a whole deals with risk, by the tiers of the CSF. Raises TiersOfOrganisation, OldEdition, SavedOver,
    Invalid."""
    current_edition.hold(profile.framework_id)
    profile = Profile.objects.select_for_update(of=("self",)).select_related("unit", "framework").get(pk=profile.pk)
    _check_version(profile, version)
    if not has_tiers(profile):
        raise TiersOfOrganisation
    for name, value in (("current_tier", current_tier), ("target_tier", target_tier)):
        if value is not None and value not in (1, 2, 3, 4):
            raise Invalid(_("This is not complete."), {name: [_("Choose a tier from 1 to 4, or leave it open.")]})
    before = [profile.current_tier, profile.target_tier]
    if before == [current_tier, target_tier]:
        return profile
    profile.current_tier, profile.target_tier = current_tier, target_tier
    profile.version += 1
    profile.save(update_fields=["current_tier", "target_tier", "version"])
    audit.record(actor, "profile.tiers_set", profile, {"before": before, "after": [current_tier, target_tier]})
    return profile


@transaction.atomic
def aim(practice: Practice, *, actor: Any, version: int | None, owner: str, target_level: int | None, note: str) -> Practice:
    """Whose subject it is and how well it should be done. An office gives its say away itself: its leader changes the owner.
    Raises OldEdition, SavedOver, Invalid, OfficeLosesItsSay."""
    practice = _locked(practice)
    _check_version(practice, version)
    note = " ".join(note.split())
    wrong: dict[str, list[str]] = {}
    if owner not in Owner.values:
        wrong["owner"] = [_("Choose the IT office, the security office, or both.")]
    if target_level is not None and target_level not in LEVELS:
        wrong["target_level"] = [_("Choose a level from 0 to 4, or leave it open.")]
    if len(note) > LONGEST:
        wrong["note"] = [_("Keep it under %d characters.") % LONGEST]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    told = {"owner": owner, "target_level": target_level, "note": note}
    changed = {name: value for name, value in told.items() if getattr(practice, name) != value}
    if not changed:
        return practice
    for office in Office:
        loses = practice.owner in (office, Owner.BOTH) and owner not in (office, Owner.BOTH)
        if loses and actor is not None and office not in spoken_for(actor):
            raise OfficeLosesItsSay(str(office.label))
    for name, value in changed.items():
        setattr(practice, name, value)
    practice.version += 1
    _settle(practice)
    practice.save()
    audit.record(actor, "practice.aimed", practice, {name: value for name, value in changed.items() if name != "note"}, text=note)
    return practice


@transaction.atomic
def rate(practice: Practice, office: str, level: int, *, actor: Any, reason: str = "") -> Practice:
    """How well it is done, as one office sees it; both rate where both own it. Only the leader of an office, or whoever stands in
    for them, speaks for it. Raises OldEdition, NotYourOffice, Invalid."""
    practice = _locked(practice)
    reason = " ".join(reason.split())
    if office not in Office.values or level not in LEVELS or isinstance(level, bool):
        raise Invalid(_("This is not complete."), {"level": [_("Choose an office and a level from 0 to 4.")]})
    if len(reason) > LONGEST:
        raise Invalid(_("This is too long."), {"reason": [_("Keep it under %d characters.") % LONGEST]})
    if (actor is not None and office not in spoken_for(actor)) or practice.owner not in (office, Owner.BOTH):
        raise NotYourOffice(practice.owner)
    PracticeRating.objects.create(
        practice=practice, office=office, level=level, reason=reason, rated_by=_person(actor), known_at=clock.now()
    )
    _settle(practice)
    practice.version += 1
    practice.save(update_fields=["current_level", "offices_differ", "version"])
    audit.record(actor, "practice.rated", practice, {"office": office, "level": level}, text=reason)
    return practice


def has_tiers(profile: Profile) -> bool:
    """Only the CSF has tiers, and only of the organisation as a whole."""
    return profile.framework.key == CSF and profile.unit.parent_id is None


def spoken_for(user: Any) -> set[Office]:
    """The offices whose leader's seat `user` fills, themselves or as a substitute."""
    return {SEATS[seat] for seat in grants(user).seats & SEATS.keys()}


def newest(practice_ids: Any) -> dict[int, dict[str, PracticeRating]]:
    """By practice the newest rating of each office. One query."""
    rows = PracticeRating.objects.filter(practice__in=practice_ids).select_related("rated_by")
    found: dict[int, dict[str, PracticeRating]] = {}
    for row in rows.order_by("practice", "office", "-id").distinct("practice", "office"):
        found.setdefault(row.practice_id, {})[row.office] = row
    return found


def level_of(owner: str, levels: Mapping[str, int]) -> tuple[int | None, bool]:
    """The level that counts, and whether the offices differ: of both the lower, of one its own."""
    counting = [level for office, level in levels.items() if owner in (office, Owner.BOTH)]
    return (min(counting) if counting else None), len(set(counting)) > 1


def _settle(practice: Practice) -> None:
    transaction.on_commit(partial(cache.set, STAMP, get_random_string(16), None))
    levels = {office: row.level for office, row in newest([practice.pk]).get(practice.pk, {}).items()}
    practice.current_level, practice.offices_differ = level_of(practice.owner, levels)


def _locked(practice: Practice) -> Practice:
    current_edition.hold(practice.profile.framework_id)
    found = Practice.objects.select_for_update(of=("self",)).select_related("profile__framework", "profile__unit", "requirement")
    practice = found.get(pk=practice.pk)
    if practice.profile.archived_at is not None:
        raise OldEdition(practice.profile.framework)
    return practice


def _check_version(row: Any, version: int | None) -> None:
    if version is not None and version != row.version:
        raise SavedOver(row.version)


def _person(actor: Any) -> Any:
    return actor if actor is not None and actor.pk else None
