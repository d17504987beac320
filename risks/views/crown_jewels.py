"""The page of the crown jewels."""

from django.views.decorators.http import require_safe

from assets import wording
from portal.people.access import permitted
from portal.web.pages import answer
from risks import crown_jewels


@require_safe
@permitted("assets.view_asset")
def listed(request):
    """What matters most, what carries it, and what could happen to any of it."""
    level = 4 if request.GET.get("level") == "4" else crown_jewels.HIGHEST
    book = crown_jewels.read(request.user, level=level)
    lines = [{"jewel": one, "aspects": [wording.ASPECTS[aspect] for aspect in one.aspects]} for one in book.rows]
    return answer(request, "risks/crown_jewels.html", {"book": book, "lines": lines})
