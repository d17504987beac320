"""What changed since a moment: subjects by the sealed sequence of their last audit entry, and which of them are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Max, Model, Q

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


def page(kind: str, after: int, limit: int) -> Changes:
    """At most `limit` subjects of `kind` with sealed entries beyond `after`; what is not sealed yet comes later."""
    head = Seal.objects.order_by("-seq").values_list("seq", "sealed_at").first()
    if head is None:
        return Changes(rows=[], more=False, up_to=None)
    found = list(
        Seal.objects.filter(seq__gt=after, seq__lte=head[0], entry__kind=kind)
        .values_list("entry__subject_id")
        .annotate(last=Max("seq"))
        .order_by("last")[: limit + 1]
    )
    more = len(found) > limit
    return Changes(rows=found[:limit], more=more, up_to=None if more else head[1])


def once_visible(model: type[Model], ids: Sequence[int], grants: Grants) -> set[int]:
    """Those of `ids` that somebody with `grants` could have read in an earlier version: only they are told that it is gone.
    A row that was never theirs stays unmentioned."""
    events = next((one for one in apps.get_models() if getattr(one, "pgh_tracked_model", None) is model), None)
    if events is None or not ids:
        return set()
    seen = events._default_manager.filter(_over_versions(model.visibility(grants)), pgh_obj_id__in=ids)
    return set(seen.values_list("pgh_obj_id", flat=True).distinct())


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
