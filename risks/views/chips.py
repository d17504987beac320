"""What stands above the register: its standing views, the filters that are set, the heads that sort."""

from django.utils.translation import gettext as _

from portal.web.listing import address

VIEWS = (
    ("open", {}, lambda: _("All open")),
    ("above_tolerance", {"above_tolerance": "1"}, lambda: _("Above tolerance")),
    ("safety", {"safety": "1"}, lambda: _("Safety")),
    ("mine", {"owner": "me"}, lambda: _("Mine")),
    ("overdue", {"review": "overdue"}, lambda: _("Review late")),
    ("unowned", {"owner": "none"}, lambda: _("No owner")),
)


def tabs(filters, counts):
    """The standing views with their counts; `current` on the one that is shown."""
    asked = {name: getattr(filters, name) for name in filters.set_names}
    return [
        {"label": label(), "url": address(params), "count": counts[key], "current": asked == _typed(params)}
        for key, params, label in VIEWS
    ]


def set_filters(filters, params, form):
    """A chip for each filter that is set, with the address without it."""
    chips = []
    for name in filters.set_names:
        label, word = form.said(name)
        chips.append({"label": label, "word": word, "url": address(params, **{name: None})})
    return chips


def heads(order, params):
    """The columns that sort: their address and aria-sort."""
    found = {}
    for name, first in (("number", "number"), ("score", "-score"), ("review", "review")):
        current = order.name.lstrip("-") == name
        other = order.name.removeprefix("-") if order.name.startswith("-") else f"-{order.name}"
        found[name] = {"url": address(params, sort=other if current else first), "direction": order.direction if current else ""}
    return found


def _typed(params):
    return {name: True if value == "1" else value for name, value in params.items()}
