"""What moved of the risks somebody answers for, as their digest tells it: from which score to which, and step by step what
happened, when, and who stood behind it, in the words of the page."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock
from portal.attention import letters
from portal.people.addresses import absolute
from portal.people.reach import grants
from portal.web import shown
from risks import movers, offices, scores, why

MOST = 5


def of(user: Any, since: date) -> letters.Part | None:
    """The biggest moves since the morning of `since`: of what they own, for CIO and CISO of all they may open. None where nothing
    moved. Four queries for each of at most five risks, and few besides."""
    if not user.has_perm("risks.view_score"):
        return None
    leads = bool(grants(user).seats & set(offices.SEAT.values()))
    found = movers.read(user, since, MOST, within=Q() if leads else Q(risk__it_owner=user) | Q(risk__security_owner=user))
    if not found.movers:
        return None
    ways = [scores.moved(mover.risk, scores.evening(since - timedelta(days=1)), clock.now()) for mover in found.movers]
    names = why.sources([score for way in ways for score in way.scores], user)
    more = found.rose + found.fell - len(found.movers)
    return letters.Part(
        title=_("What moved since %(day)s, and why") % {"day": shown.date_long(since)},
        lines=[_line(way, since, names) for way in ways],
        after=ngettext("%(n)d risk more moved; Today shows it.", "%(n)d risks more moved; Today shows them.", more) % {"n": more}
        if more
        else "",
    )


def _line(way: scores.Moved, since: date, names: why.Names) -> letters.PartLine:
    evening_before = since - timedelta(days=1)
    address = reverse("risks:score-change", args=[way.risk.pk]) + "?" + urlencode({"from": evening_before.isoformat()})
    words = _words(why.explain_move(evening_before, None, way, names))
    return letters.PartLine(letters.label("risk", way.risk), absolute(address), list(words))


def _words(move: why.Move | None) -> Iterator[str]:
    """From which score to which, then step by step; they add up to the move."""
    if move is None:
        return
    yield _("%(before)s → %(after)s, %(points)s points") % {
        "before": shown.points(move.before.value if move.before else None),
        "after": shown.points(move.after.value),
        "points": shown.points(move.points, signed=True),
    }
    for bar in move.fall.bars if move.fall else ():
        step = bar.step
        yield " · ".join(part for part in (f"{shown.points(step.points, signed=True)} {step.label}", step.note, step.when) if part)
