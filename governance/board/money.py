"""What the position says in money: two digits, which is what estimates can bear."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from governance.board.position import Part
from governance.board.scope import Scope
from risks import loss_words, portfolio
from risks.models import Levels


def part(user: Any, scope: Scope) -> Part | None:
    """The stretch of the sentence about money of one scope; None where nothing is estimated or the reader reads no losses."""
    if len(scope.units) != 1 or not user.has_perm("risks.view_loss"):
        return None
    row = portfolio.of_unit(scope.units[0].pk, Levels.Stage.CURRENT)
    if row is None or row.mean <= 0:
        return None
    found, url = portfolio.loss_of(row), reverse("risks:money")
    [half] = found.quantiles([0.5])
    places = {"average": (loss_words.money(found.mean), url)}
    if found.var95 <= 0:
        words = gettext("An average of {average} a year over the long run, nothing in nineteen years of twenty.")
        return Part(words, places)
    places["twentieth"] = (loss_words.money(found.var95), url)
    if half <= 0:
        words = gettext(
            "An average of {average} a year over the long run, nothing in half of all years, one in twenty over {twentieth}."
        )
        return Part(words, places)
    places["half"] = (loss_words.money(half), url)
    words = gettext(
        "An average of {average} a year over the long run, half of all years under {half}, one in twenty over {twentieth}."
    )
    return Part(words, places)
