"""Champions: whom colleagues of a department ask first about security, named by its head or by one of the pair."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import alignment, culture
from governance.together.errors import ChampionAlready, ChampionEnded, NotYoursToName
from governance.together.models import CultureChampion
from portal import clock
from portal.errors import Invalid
from portal.people import announcements
from portal.people.models import Unit, User
from portal.record import audit

NAMED, ENDED = "culture.champion_named", "culture.champion_ended"


@transaction.atomic
def name(unit: Unit, person: User, *, actor: Any) -> CultureChampion:
    """Name `person` champion of `unit`; they hear of it. Raises NotYoursToName, ChampionAlready, Invalid."""
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if not may_name(unit, actor):
        raise NotYoursToName(unit)
    if unit.kind not in culture.KINDS or unit.archived_at is not None:
        raise Invalid(_("This is not complete."), {"unit": [_("Choose a department or a site.")]})
    if not person.is_active or person.is_service or person.unit is None or not person.unit.path.startswith(unit.path):
        raise Invalid(_("This is not complete."), {"person": [_("Choose somebody who works in this department.")]})
    if CultureChampion.objects.filter(unit=unit, person=person, ended_at=None).exists():
        raise ChampionAlready(person)
    row = CultureChampion.objects.create(unit=unit, person=person, named_by=actor, since=clock.now())
    audit.record(actor, NAMED, unit, {"person": person.pk})
    announcements.tell(unit, NAMED, {person.pk} - {actor.pk})
    return row


@transaction.atomic
def end(champion: CultureChampion, *, actor: Any) -> CultureChampion:
    """By whoever may name one, or by the champion. Raises NotYoursToName, ChampionEnded."""
    champion = CultureChampion.objects.select_for_update(of=("self",)).select_related("unit").get(pk=champion.pk)
    if champion.person_id != actor.pk and not may_name(champion.unit, actor):
        raise NotYoursToName(champion.unit)
    if champion.ended_at is not None:
        raise ChampionEnded
    champion.ended_at, champion.ended_by = clock.now(), actor
    champion.save(update_fields=["ended_at", "ended_by"])
    audit.record(actor, ENDED, champion.unit, {"person": champion.person_id})
    return champion


@transaction.atomic
def hand_over(champion: CultureChampion, successor: User | None, *, actor: Any) -> None:
    """One who leaves is champion no longer; `successor`, who works in the department, is named instead. Raises Invalid."""
    champion = CultureChampion.objects.select_for_update(of=("self",)).select_related("unit").get(pk=champion.pk)
    unit = champion.unit
    if successor is not None and (successor.unit is None or not successor.unit.path.startswith(unit.path)):
        told = _("A champion of %(unit)s works there. Choose somebody who does, or nobody.") % {"unit": unit}
        raise Invalid(told, {"champions": [told]})
    champion.ended_at, champion.ended_by = clock.now(), actor
    champion.save(update_fields=["ended_at", "ended_by"])
    audit.record(actor, ENDED, unit, {"person": champion.person_id})
    known = CultureChampion.objects.filter(unit=unit, person=successor, ended_at=None)
    if successor is not None and not known.exists():
        CultureChampion.objects.create(unit=unit, person=successor, named_by=actor, since=clock.now())
        audit.record(actor, NAMED, unit, {"person": successor.pk})
        announcements.tell(unit, NAMED, {successor.pk} - {getattr(actor, "pk", None)})


def may_name(unit: Unit, actor: Any) -> bool:
    """The head of the department, and the two."""
    return actor is not None and (unit.head_id == actor.pk or alignment.office_of(actor) is not None)
