"""What a caller asks by query parameters: each is known and well-formed, or the answer is 422."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from portal.errors import Invalid

TRUE, FALSE = {"1", "true"}, {"0", "false"}


def check(request: Request, known: Iterable[str]) -> None:
    """Raises Invalid for a parameter that this address does not know, and for a NUL byte in any of them."""
    known = set(known)
    wrong = {}
    for name, values in request.query_params.lists():
        if name not in known:
            wrong[name] = [_("This address knows no such parameter. It knows: %s.") % ", ".join(sorted(known))]
        elif any("\x00" in value for value in values):
            wrong[name] = [_("NUL bytes are not allowed.")]
    if wrong:
        raise Invalid(_("The question is not valid."), wrong)


def flag(request: Request, name: str) -> bool:
    """A yes or no parameter, no by default. Raises Invalid."""
    told = request.query_params.get(name, "0").lower()
    if told not in TRUE | FALSE:
        raise Invalid(_("The question is not valid."), {name: [_("Say 1 or 0.")]})
    return told in TRUE


def needed(request: Request, name: str) -> str:
    """A parameter without which the address answers nothing. Raises Invalid."""
    told = request.query_params.get(name, "")
    if not told:
        raise Invalid(_("The question is not valid."), {name: [_("This is needed.")]})
    return told


def moment(request: Request, name: str) -> datetime:
    """A moment with its zone, as in 2026-11-23T08:00:00Z. Raises Invalid."""
    told = request.query_params.get(name, "").replace(" ", "+")  # a bare + in a query string is read as a space
    try:
        found = parse_datetime(told)
        if found is not None and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid(_("The question is not valid."), {name: [_("Give a moment with its zone, as in 2026-11-23T08:00:00Z.")]})


def whole_number(request: Request, name: str, *, least: int, most: int, otherwise: int) -> int:
    """Raises Invalid outside of `least` to `most`."""
    told = request.query_params.get(name)
    if told is None:
        return otherwise
    if not (told.isascii() and told.isdigit() and len(told) < 10 and least <= int(told) <= most):
        raise Invalid(
            _("The question is not valid."),
            {name: [_("Give a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}]},
        )
    return int(told)
