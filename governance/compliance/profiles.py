"""Profiles: opening one, saying who owns what and how well it should be done; `ratings.py` is how well it is done."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance import current_edition, rounds
from governance.compliance.errors import OfficeLosesItsSay, ProfileThere, SavedOver, TiersOfOrganisation
from governance.compliance.models import Framework, Owner, Practice, Profile
from governance.compliance.models.profile import LEVELS
from portal import clock
from portal.errors import Invalid
from portal.people.models import Unit
from portal.people.reach import grants
from portal.record import audit
from risks.models import Office

LONGEST = 500
CSF = "nist-csf"


@transaction.atomic
def open_one(framework: Framework, unit: Unit, *, actor: Any) -> Profile:
    """A profile of `framework` in `unit`, nothing rated yet. Raises OldEdition, ProfileThere, Invalid."""
    framework = current_edition.hold(framework.pk)
    seen = grants(actor) if actor is not None else None
    if unit.archived_at is not None or not (seen is None or seen.reaches(unit.path)):
        raise Invalid(_("This is not complete."), {"unit": [_("Choose one of your own units.")]})
    if Profile.objects.current().filter(framework=framework, unit=unit).exists():
        raise ProfileThere
    profile = Profile.objects.create(framework=framework, unit=unit, opened_by=rounds.person(actor), opened_at=clock.now())
    requirements = framework.requirements.assessable().order_by("place").values_list("pk", flat=True)
    rounds.told_anew()
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
    practice = rounds.locked(practice, version)
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
    losing = [office for office in Office if rounds.owns(practice, office) and owner not in (office, Owner.BOTH)]
    for office in losing:
        if actor is not None and office not in rounds.spoken_for(actor):
            raise OfficeLosesItsSay(str(office.label))
    for name, value in changed.items():
        setattr(practice, name, value)
    practice.version += 1
    practice.save(update_fields=[*changed, "version"])
    if losing:
        rounds.hand_over(practice, actor)
    rounds.told_anew()
    audit.record(actor, "practice.aimed", practice, {name: value for name, value in changed.items() if name != "note"}, text=note)
    return practice


def has_tiers(profile: Profile) -> bool:
    """Only the CSF has tiers, and only of the organisation as a whole."""
    return profile.framework.key == CSF and profile.unit.parent_id is None


def _check_version(row: Any, version: int | None) -> None:
    if version is not None and version != row.version:
        raise SavedOver(row.version)


def _person(actor: Any) -> Any:
    return actor if actor is not None and actor.pk else None
