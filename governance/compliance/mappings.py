"""Saying which control answers which requirement; confirming or refusing what crosswalks suggest."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance import covering, current_edition
from governance.compliance.errors import MappedAlready, NothingToAnswer, NotSuggested
from governance.compliance.models import ControlMapping, CrosswalkPair, Relationship, Requirement
from portal import clock
from portal.errors import Invalid, Stale
from portal.record import audit
from risks.errors import ControlRetired
from risks.models import Control

State = ControlMapping.State
LONGEST_NOTE = 500


@transaction.atomic
def add(
    control: Control, requirement: Requirement, relationship: str, *, actor: Any, note: str = "", pair: CrosswalkPair | None = None
) -> ControlMapping:
    """Say that `control` answers `requirement`. Raises OldEdition, ControlRetired, NothingToAnswer, MappedAlready,
    Invalid."""
    control, requirement = _checked(control, requirement)
    note = _noted(note)
    if relationship not in Relationship.values:
        raise Invalid(_("This is not complete."), {"relationship": [_("Say how the control relates to the requirement.")]})
    before = ControlMapping.objects.current().filter(control=control, requirement=requirement).first()
    if before is not None and before.state == State.CONFIRMED:
        raise MappedAlready(before)
    mapping = before or ControlMapping(control=control, requirement=requirement)
    mapping.state, mapping.relationship, mapping.note, mapping.suggested_by = State.CONFIRMED, relationship, note, pair
    mapping.mapped_by, mapping.mapped_at = actor if actor is not None and actor.pk else None, clock.now()
    mapping.version += 1 if mapping.pk else 0
    mapping.save()
    audit.record(actor, "control_mapping.confirmed", mapping, _told(mapping), text=note)
    covering.renew([requirement.pk])
    return mapping


@transaction.atomic
def change(mapping: ControlMapping, *, actor: Any, version: int | None, relationship: str, note: str) -> ControlMapping:
    """Say it otherwise. Raises OldEdition, NotSuggested once it is gone, Stale, Invalid."""
    mapping = _locked(mapping)
    if version is not None and version != mapping.version:
        raise Stale(
            _("Somebody else changed this meanwhile. Read it again, and save once more."), version=mapping.version, theirs={}
        )
    note = _noted(note)
    if relationship not in Relationship.values:
        raise Invalid(_("This is not complete."), {"relationship": [_("Say how the control relates to the requirement.")]})
    if (mapping.relationship, mapping.note) == (relationship, note):
        return mapping
    before, mapping.relationship, mapping.note = mapping.relationship, relationship, note
    mapping.version += 1
    mapping.save(update_fields=["relationship", "note", "version"])
    told = _told(mapping) | {"before": before}
    audit.record(actor, "control_mapping.changed", mapping, told, text=note)
    covering.renew([mapping.requirement_id])
    return mapping


@transaction.atomic
def remove(mapping: ControlMapping, *, actor: Any) -> ControlMapping:
    """Say that it does not answer the requirement after all. Raises OldEdition, NotSuggested once it is gone."""
    mapping = _locked(mapping)
    mapping.archived_at = clock.now()
    mapping.version += 1
    mapping.save(update_fields=["archived_at", "version"])
    audit.record(actor, "control_mapping.removed", mapping, _told(mapping))
    covering.renew([mapping.requirement_id])
    return mapping


@transaction.atomic
def refuse(control: Control, requirement: Requirement, pair: CrosswalkPair, *, actor: Any) -> ControlMapping:
    """Do not suggest this again. Raises OldEdition, NotSuggested where it is confirmed or refused already."""
    control, requirement = _checked(control, requirement)
    if ControlMapping.objects.current().filter(control=control, requirement=requirement).exists():
        raise NotSuggested
    mapping = ControlMapping.objects.create(
        control=control,
        requirement=requirement,
        relationship=pair.relationship,
        state=State.REFUSED,
        suggested_by=pair,
        mapped_by=actor if actor is not None and actor.pk else None,
        mapped_at=clock.now(),
    )
    audit.record(actor, "control_mapping.refused", mapping, _told(mapping))
    return mapping


def _told(mapping: ControlMapping) -> dict[str, Any]:
    return {
        "control": mapping.control_id,
        "requirement": mapping.requirement_id,
        "relationship": str(mapping.relationship),
        "pair": mapping.suggested_by_id,
    }


def _checked(control: Control, requirement: Requirement) -> tuple[Control, Requirement]:
    current_edition.hold(requirement.framework_id)
    control = Control.objects.select_for_update(of=("self",)).get(pk=control.pk)
    if control.state == Control.State.RETIRED:
        raise ControlRetired(control)
    requirement = Requirement.objects.select_related("framework").get(pk=requirement.pk)
    if not requirement.assessable or requirement.is_withdrawn:
        raise NothingToAnswer(requirement)
    return control, requirement


def _locked(mapping: ControlMapping) -> ControlMapping:
    current_edition.hold(mapping.requirement.framework_id)
    found = ControlMapping.objects.select_for_update(of=("self",)).select_related("requirement").filter(pk=mapping.pk).first()
    if found is None or found.archived_at is not None or found.state != State.CONFIRMED:
        raise NotSuggested
    return found


def _noted(note: str) -> str:
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise Invalid(_("This is too long."), {"note": [_("Keep it under %d characters.") % LONGEST_NOTE]})
    return note
