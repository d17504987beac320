"""A sheet of readings: what its columns may be, and what a row does, by the verbs that the form and the API call."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people import organisations
from portal.workbench import parsers
from portal.workbench.errors import Unfit
from portal.workbench.importable import Done, Field, Plan, Terms
from risks import readings
from risks.models import Indicator, Reading


def _indicator(told: str, terms: Terms) -> Indicator:
    """By number, by the id of its source, or by name: one that the importer may open."""
    return terms.known.get(("indicator", told.casefold()), lambda: _looked_up(told, terms))


def _looked_up(told: str, terms: Terms) -> Indicator:
    rows = Indicator.objects.visible_to(terms.actor).watched().select_related("unit", "owner")
    for named in ({"number__iexact": told}, {"external_id": told}, {"name__iexact": told}):
        found = list(rows.filter(**named)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise Unfit(_("Several indicators are called “%(name)s”. Write the number of the one you mean.") % {"name": told[:60]})
    raise Unfit(_("“%(name)s” is no indicator. Write its number, such as K-0003, or its name.") % {"name": told[:60]})


def _moment(told: str, terms: Terms) -> datetime:
    """A moment as ISO 8601 writes it; a day alone is its noon, by the clock of the organisation."""
    organisation = organisations.current()
    zone = ZoneInfo(organisation.time_zone if organisation else "UTC")
    try:
        moment = parse_datetime(told.strip()) if ":" in told else None
    except ValueError:
        moment = None
    if moment is None:
        moment = datetime.combine(parsers.day(told, terms), time(12))
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


FIELDS = (
    Field("indicator", gettext_lazy("Indicator"), _indicator, ("kri", "metric", "measure", "name"), required=True),
    Field("value", gettext_lazy("Value"), parsers.number, ("reading", "result", "measurement"), required=True),
    Field("observed_at", gettext_lazy("Observed"), _moment, ("date", "day", "when", "timestamp", "measured"), required=True),
    Field("note", gettext_lazy("Note"), parsers.text(readings.LONGEST_NOTE, one_line=True), ("comment", "remark")),
    Field("external_id", gettext_lazy("Id in this sheet"), parsers.text(120, one_line=True), ("id", "no", "key")),
)


def find(identities: Sequence[str], terms: Terms) -> Mapping[str, Reading]:
    rows = _known(identities, terms).visible_to(terms.actor).select_related("indicator")
    return {one.external_id: one for one in rows}


def taken(identities: Sequence[str], terms: Terms) -> set[str]:
    known = _known(identities, terms)
    return set(known.exclude(pk__in=Reading.objects.visible_to(terms.actor).values("pk")).values_list("external_id", flat=True))


def plan(told: Mapping[str, Any], existing: Reading | None, terms: Terms) -> Plan:
    """A reading is never changed, so a row that says otherwise does not fit. Raises Invalid, ReadingDiffers."""
    indicator, value, observed_at = told["indicator"], told["value"], told["observed_at"]
    value = readings.checked(value, observed_at, told.get("note", ""))
    readings.same_or_none(indicator, value, observed_at, terms.source, told["external_id"])
    return Plan(f"{indicator.number} {value.normalize():f} {indicator.unit_of_measure}")


def carry_out(told: Mapping[str, Any], existing: Reading | None, planned: Plan, terms: Terms) -> Done:
    said = {"note": told.get("note", ""), "source": terms.source, "external_id": told["external_id"]}
    reading, is_new = readings.take(told["indicator"], told["value"], told["observed_at"], actor=terms.actor, **said)
    return Done(reading, {"was_there": not is_new})


def take_back(reading: Reading, was_made: bool, undo: Mapping[str, Any], terms: Terms) -> None:
    """What stood there before the import stays."""
    if was_made and not undo.get("was_there"):
        readings.take_back(reading, actor=terms.actor, reason=_("The import of %(source)s was undone") % {"source": terms.source})


def _known(identities: Sequence[str], terms: Terms):
    return Reading.objects.standing().filter(source=terms.source, external_id__in=list(identities))
