"""Ids of other assets in a row are told only where the caller may open those assets."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.functional import SimpleLazyObject

from assets.models import Asset


class ShowsOtherAssets:
    """Mixed into a view: `other_assets(row)` gives ids; the serializer finds those the caller may open in its context, "seen"."""

    other_assets: Callable[[Any], Iterable[int]]

    def get_serializer(self, *args: Any, **options: Any) -> Any:
        serializer = super().get_serializer(*args, **options)  # type: ignore[misc]
        rows = args[0] if args else None
        found = rows if options.get("many") else [rows]
        serializer.context["seen"] = SimpleLazyObject(lambda: self._seen(found))
        return serializer

    def _seen(self, rows: Iterable[Any]) -> frozenset[int]:
        """Which of them the caller may open; at most one query."""
        shown = {row.pk for row in rows if isinstance(row, Asset)}
        wanted = {pk for row in rows if row is not None for pk in self.other_assets(row)} - shown
        if not wanted:
            return frozenset(shown)
        visible = Asset.objects.visible_to(self.request.user).filter(pk__in=wanted)  # type: ignore[attr-defined]
        return frozenset({*shown, *visible.values_list("pk", flat=True)})
