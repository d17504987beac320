"""What changed since a moment: subjects by the sealed sequence of their last audit entry, and which of them are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Exists, Max, Model, OuterRef, Q, QuerySet

from portal.people.access import Grants
from portal.record.models import Seal


@dataclass(frozen=True)
class Changes:
    """One page: (subject id, its last sequence) in sequence order. On the last page `up_to` is the moment to ask from next."""

    rows: Sequence[tuple[int, int]]
    more: bool
    up_to: datetime | None


def sealed_by(moment: datetime) -> int:
    """The last sequence sealed at or before `moment`, 0 before the first. Unlike as-of, a moment that is not wholly sealed yet
    will do: what is sealed later has a higher sequence, and so is told."""
    return Seal.objects.filter(sealed_at__lte=moment).order_by("-seq").values_list("seq", flat=True).first() or 0


def page(kind: str, after: int, limit: int, *, visible: QuerySet, grants: Grants) -> Changes:
    """At most `limit` subjects of `kind` with sealed entries beyond `after`; what is not sealed yet comes later.

    Only those that are `visible` or once were are on a page and fill it: the others leave no gap that could be counted.
    """
    head = Seal.objects.order_by("-seq").values_list("seq", "sealed_at").first()
    if head is None:
        return Changes(rows=[], more=False, up_to=None)
    subject = OuterRef("entry__subject_id")
    told = Q(Exists(visible.filter(pk=subject)))
    if (versions := _once_visible(visible.model, grants)) is not None:
        told |= Q(Exists(versions.filter(pgh_obj=subject)))
    found = list(
        Seal.objects.filter(told, seq__gt=after, seq__lte=head[0], entry__kind=kind)
        .values_list("entry__subject_id")
        .annotate(last=Max("seq"))
        .order_by("last")[: limit + 1]
    )
    more = len(found) > limit
    return Changes(rows=found[:limit], more=more, up_to=None if more else head[1])


def _once_visible(model: type[Model], grants: Grants) -> QuerySet | None:
    """The versions of rows that somebody with `grants` could have read: only they are told that a row is gone. A row that was
    never theirs stays unmentioned. None where no versions are kept."""
    events = next((one for one in apps.get_models() if getattr(one, "pgh_tracked_model", None) is model), None)
    visibility = getattr(model, "visibility", None)
    if events is None or visibility is None:
        return None
    return events._default_manager.filter(_over_versions(visibility(grants)))


def _over_versions(condition: Q) -> Q:
    """The same condition over row history, whose own key is another; subqueries speak of today's rows and count as no."""
    over = Q(_connector=condition.connector, _negated=condition.negated)
    for child in condition.children:
        if isinstance(child, Q):
            over.children.append(_over_versions(child))
        elif isinstance(child, tuple):
            name, value = child
            over.children.append((f"id{name[2:]}" if name == "pk" or name.startswith("pk__") else name, value))
        else:
            over.children.append(("pgh_id__in", ()))
    return over
