"""What this room adds to the registry of kinds for themes and goals."""

from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.together import goals, merged_risks
from governance.together.models import Goal, Theme
from portal import subjects
from portal.archive import changes
from portal.attention import news
from portal.record import redacting
from portal.signing import registry
from portal.web import shown
from portal.workbench import searchable
from risks import merging

WORDS = {
    "theme_id": _("Theme"),
    "title": _("Name"),
    "about": _("About"),
    "from_on": _("From"),
    "due_on": _("By"),
    "measures": _("Measures"),
}


def say(name: str, value: Any) -> str:
    """One material field of a goal as people read it; a measure a line, so that a difference shows the one that moved."""
    if value in (None, "", []):
        return ""
    if name == "theme_id":
        return str(Theme.objects.filter(pk=value).first() or "")
    if name in ("from_on", "due_on"):
        return shown.date_long(parse_date(value))
    return "\n".join(_measure(one) for one in value) if name == "measures" else str(value)


def _measure(one: dict[str, Any]) -> str:
    facts = {name: one[name] for name in ("office", "name", "counted_in")}
    facts |= {name: _plain(one[name]) for name in ("start_value", "target_value")}
    return _t("%(office)s: %(name)s, from %(start_value)s to %(target_value)s %(counted_in)s") % facts


def _plain(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


subjects.register(
    subjects.Subject(
        kind="theme",
        model="together.Theme",
        word=_("theme"),
        plural=_("themes"),
        resource="themes",
        url=lambda _theme: reverse("together:goals"),
        label=str,
        unit=lambda _theme: None,
    )
)
subjects.register(
    subjects.Subject(
        kind="goal",
        model="together.Goal",
        word=_("goal"),
        plural=_("goals"),
        resource="goals",
        page="together:goal",
        url=lambda goal: reverse("together:goal", args=[goal.pk]),
        label=str,
        unit=lambda _goal: None,
        material=goals.material,
        related=("theme", "proposed_by"),
        prefetch=("measures", "links"),
    )
)
registry.register(
    registry.Signable(
        kind="goal",
        proposed_by=lambda goal: goal.proposed_by_id,
        unsigned=Goal.objects.current,
        signed=goals.take_effect,
        check=goals.check_open,
        words=WORDS,
        say=say,
    )
)
for name, label, model, field in (
    ("measures.name", _("What is measured"), "together.GoalMeasure", "name"),
    ("measures.counted_in", _("What it is counted in"), "together.GoalMeasure", "counted_in"),
):
    redacting.add(redacting.Beside("goal", name, label, model, field, rows=lambda _kind, pk: {"goal": pk}))
redacting.add(
    redacting.Beside(
        "goal",
        "readings.note",
        _("Where readings are from"),
        "together.GoalReading",
        "note",
        rows=lambda _kind, pk: {"measure__goal": pk},
    )
)
news.word_with(goals.SHARED, "goal", lambda _reminder: _t("Both offices have signed this goal; it is shared."))
changes.words("goal", fields={name.removesuffix("_id"): word for name, word in WORDS.items()})
searchable.register(
    searchable.Searchable("goal", label=["title"], words=["about", "ended_because"], number="number"),
    searchable.Searchable("theme", label=["name"], words=["about"]),
)
merging.also(merged_risks.follow)
