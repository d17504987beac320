"""The section of every page of one subject: what is said about it, and the way to what it said before, field by field."""

from typing import Any

from django import template

from portal import subjects
from portal.archive import versions

register = template.Library()


@register.inclusion_tag("talk/_section.html", takes_context=True)
def about_it(context: dict[str, Any]) -> dict[str, Any]:
    """Empty on a page that is not of one subject, or of one that nothing is said about. Asks the database for nothing: its address
    says what it is about."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None or "pk" not in match.kwargs:
        return {}
    kind = next((one for one in subjects.all_kinds().values() if one.is_spoken_of and one.page == match.view_name), None)
    if kind is None:
        return {}
    return {"kind": kind.kind, "reference": match.kwargs["pk"], "versions": versions.are_kept(kind.kind)}
