"""What moved of the risks somebody answers for, as their digest tells it: from which score to which, and what each term did."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.attention import letters
from portal.people.addresses import absolute
from portal.people.reach import grants
from portal.web import shown
from risks import movers, offices, wording
from risks.movers import Mover

MOST = 5


def of(user: Any, since: date) -> letters.Part | None:
    """The biggest moves since the morning of `since`: of what they own, for CIO and CISO of all they may open. None where nothing
    moved. Four queries at most."""
    if not user.has_perm("risks.view_score"):
        return None
    leads = bool(grants(user).seats & set(offices.SEAT.values()))
    found = movers.read(user, since, MOST, within=Q() if leads else Q(risk__it_owner=user) | Q(risk__security_owner=user))
    if not found.movers:
        return None
    more = found.rose + found.fell - len(found.movers)
    return letters.Part(
        title=_("What moved since %(day)s, and why") % {"day": shown.date_long(since)},
        lines=[_line(mover, since) for mover in found.movers],
        after=ngettext("%(n)d risk more moved; Today shows it.", "%(n)d risks more moved; Today shows them.", more) % {"n": more}
        if more
        else "",
    )


def _line(mover: Mover, since: date) -> letters.PartLine:
    evening_before = (since - timedelta(days=1)).isoformat()
    address = reverse("risks:score-change", args=[mover.risk.pk]) + "?" + urlencode({"from": evening_before})
    return letters.PartLine(letters.label("risk", mover.risk), absolute(address), list(_words(mover)))


def _words(mover: Mover) -> Iterator[str]:
    """From which score to which, then term by term; they add up to the move."""
    yield _("%(before)s → %(after)s, %(points)s points") % {
        "before": shown.points(mover.change.before),
        "after": shown.points(mover.change.after),
        "points": shown.points(mover.points, signed=True),
    }
    for term in sorted(mover.change.terms, key=lambda term: -abs(term.points)):
        if term.points:
            yield f"{shown.points(term.points, signed=True)} {wording.change_label(term)}"
