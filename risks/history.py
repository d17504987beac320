"""What happened to a risk: its row versions read as changes, with who and when."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Asset
from portal.archive.changes import Change, Entry
from portal.people.models import User
from portal.record.models import AuditEntry
from portal.web import shown
from risks import scales, wording
from risks.models import Levels, Risk

RiskEvent = Risk.pgh_event_model
LevelsEvent = Levels.pgh_event_model
LINKS = {"risk.asset_linked": gettext_lazy("Linked"), "risk.asset_unlinked": gettext_lazy("Unlinked")}

LABELS = {
    "title": gettext_lazy("What could happen"),
    "cause": gettext_lazy("Cause"),
    "consequence": gettext_lazy("Consequence"),
    "grounds": gettext_lazy("Grounds"),
    "category": gettext_lazy("Kind"),
    "unit_id": gettext_lazy("Where"),
    "it_owner_id": gettext_lazy("IT owner"),
    "security_owner_id": gettext_lazy("Security owner"),
    "accountable": gettext_lazy("Accountable"),
    "is_confidential": gettext_lazy("Confidential"),
    "review_every_days": gettext_lazy("Days between reviews"),
    "review_due_on": gettext_lazy("Next review"),
    "reviewed_on": gettext_lazy("Reviewed"),
    "state": gettext_lazy("State"),
    "closing_reason": gettext_lazy("Why it was closed"),
}
LEVEL_FIELDS = ("likelihood_level", *(f"{area}_level" for area in scales.IMPACT_AREAS))


def read(risk: Risk, user: Any, limit: int = 8, links: list[AuditEntry] | None = None) -> tuple[list[Entry], bool]:
    """The newest changes of `risk`, newest first, and whether there are more. Three queries, one more where assets were linked;
    `links`: what was read of `links_of` already."""
    versions = list(
        _with_names(RiskEvent.objects.filter(pgh_obj=risk), "it_owner", "security_owner", "logged_by", "unit")[: limit + 2]
    )
    rated = list(_with_names(LevelsEvent.objects.filter(risk=risk), "set_by"))
    links = list(links_of(risk, limit)) if links is None else links
    known = _names(versions, rated, links, user)
    entries = [*_of_versions(versions, known), *_of_levels(rated, known), *_of_links(links, known)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return entries[:limit], len(entries) > limit


def links_of(risk: Risk, limit: int = 8) -> QuerySet[AuditEntry]:
    """The newest entries about assets that were linked or unlinked."""
    told = AuditEntry.objects.filter(kind="risk", subject_id=risk.pk, verb__in=LINKS)
    return told.select_related("actor").order_by("-pk")[: limit + 1]


def _with_names(events: QuerySet, *relations: str) -> QuerySet:
    """The newest first, with the names of what they point to, `<relation>_name`, and of whoever did it, `actor_name`."""
    by = Cast(
        KeyTextTransform("actor", "pgh_context__metadata"), BigIntegerField()
    )  # as text: only PostgreSQL 18 casts the null of JSON
    names = {f"{relation}_name": F(f"{relation}__name") for relation in relations}
    actor = User.objects.filter(pk=OuterRef("by")).values("name")
    return events.select_related("pgh_context").annotate(**names, by=by, actor_name=Subquery(actor)).order_by("-pgh_id")


def _of_versions(versions: list[Any], known: Mapping[str, Mapping[Any, str]]) -> Iterable[Entry]:
    for event, older in pairwise([*versions, None]):
        if older is None:
            if event.pgh_label == "insert":
                yield _entry(event, known, _("Logged"))
            return
        changes = tuple(
            Change(
                str(label),
                _said(name, getattr(older, name), known),
                _said(name, getattr(event, name), known),
                name.removesuffix("_id"),
            )
            for name, label in LABELS.items()
            if getattr(older, name) != getattr(event, name)
        )
        if changes:
            yield _entry(event, known, _what(older, event), changes)


def _what(older: Any, event: Any) -> str:
    if event.reviewed_on != older.reviewed_on:
        return _("Reviewed")
    return _("Closed") if event.state != older.state else _("Changed")


def _of_levels(rated: list[Any], known: Mapping[str, Mapping[Any, str]]) -> Iterable[Entry]:
    for stage in Levels.Stage:
        rows = [event for event in rated if event.stage == stage]
        for event, older in pairwise([*rows, None]):
            changes = tuple(
                Change(_level_label(name), _level(getattr(older, name, None)), _level(getattr(event, name)), name)
                for name in LEVEL_FIELDS
                if getattr(older, name, None) != getattr(event, name)
            )
            if changes:
                yield _entry(event, known, _("Levels, %(stage)s") % {"stage": str(stage.label).lower()}, changes)


def _of_links(links: Iterable[AuditEntry], known: Mapping[str, Mapping[Any, str]]) -> Iterable[Entry]:
    """Links are rows that go away, so their audit entries tell."""
    for told in links:
        asset = known["asset"].get(told.params["asset"], _("an asset you may not open"))
        gone = told.verb == "risk.asset_unlinked"
        change = Change(_("Asset"), asset if gone else "", "" if gone else asset, "assets")
        yield Entry(told.at, known["user"].get(told.actor_id, ""), told.request_id, str(LINKS[told.verb]), (change,), told.actor_id)


def _entry(event: Any, known: Mapping[str, Mapping[Any, str]], what: str, changes: tuple[Change, ...] = ()) -> Entry:
    told = event.pgh_context.metadata if event.pgh_context else {}
    actor = told.get("actor") or getattr(event, "set_by_id", None) or getattr(event, "logged_by_id", None)
    return Entry(
        event.pgh_created_at, known["user"].get(actor, ""), told.get("request") or told.get("job") or "", what, changes, actor
    )


def _names(versions: list[Any], rated: list[Any], links: list[AuditEntry], user: Any) -> dict[str, dict[Any, str]]:
    """The words for ids: people and units always, assets only where `user` may open them."""
    people = {event.pgh_context.metadata.get("actor"): event.actor_name for event in (*versions, *rated) if event.pgh_context}
    people |= {event.set_by_id: event.set_by_name for event in rated}
    people |= {one.actor_id: one.actor.name for one in links if one.actor is not None}
    for event in versions:
        people |= {
            getattr(event, f"{one}_id"): getattr(event, f"{one}_name") for one in ("it_owner", "security_owner", "logged_by")
        }
    assets = {one.params["asset"] for one in links}
    return {
        "user": {pk: name for pk, name in people.items() if pk and name},
        "unit": {event.unit_id: event.unit_name for event in versions},
        "asset": {one.pk: str(one) for one in Asset.objects.visible_to(user).filter(pk__in=assets)} if assets else {},
    }


def _said(name: str, value: Any, known: Mapping[str, Mapping[Any, str]]) -> str:
    if value in (None, ""):
        return ""
    if name in ("it_owner_id", "security_owner_id"):
        return known["user"].get(value, "")
    if name == "unit_id":
        return known["unit"].get(value, "")
    words = {"category": Risk.Category, "accountable": Risk.Accountable, "state": Risk.State}.get(name)
    if words is not None:
        return str(words(value).label)
    if name == "is_confidential":
        return _("yes") if value else _("no")
    return shown.date_long(value) if isinstance(value, date) else str(value)


def _level_label(name: str) -> str:
    area = name.removesuffix("_level")
    return _("Likelihood") if area == "likelihood" else _("Impact, %(area)s") % {"area": wording.AREAS[area]}


def _level(level: int | None) -> str:
    return "" if level is None else str(level)
