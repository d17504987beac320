"""What each level means here, in money, hours, injuries and words: said once for all, shown beside the levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.errors import Invalid, Stale
from portal.record import audit
from portal.web import shown
from risks import scales
from risks.models import ScaleMeaning

Scale = ScaleMeaning.Scale
MEASURED = (Scale.LIKELIHOOD, Scale.FINANCIAL, Scale.OPERATIONAL)  # their levels begin at a number
KEY = "scale-meanings"
LONGEST_WORDS = 120
HOURS_A_DAY = 24


@dataclass(frozen=True)
class Meaning:
    """What the five levels of one scale mean: where they begin (empty where words alone tell), and their words."""

    bounds: tuple[Decimal, ...] = ()
    words: tuple[str, ...] = field(default=("",) * 5)


def _of(*bounds: str) -> Meaning:
    return Meaning(bounds=tuple(Decimal(bound) for bound in bounds))


def _said(*words: Any) -> Meaning:
    return Meaning(words=words)


# A place to start from, meant to be edited.
OFFERED: dict[str, Meaning] = {
    Scale.LIKELIHOOD: _of("0", "0.03", "0.10", "0.33", "1"),
    Scale.FINANCIAL: _of("0", "50000", "250000", "1000000", "5000000"),
    Scale.OPERATIONAL: _of("0", "4", "24", "72", "240"),
    Scale.SAFETY: _said(
        gettext_lazy("First aid at most"),
        gettext_lazy("Treated by a doctor, no day lost"),
        gettext_lazy("An injury with days lost"),
        gettext_lazy("Lasting harm to one, or several injured"),
        gettext_lazy("A death, or lasting harm to several"),
    ),
    Scale.LEGAL: _said(
        gettext_lazy("A note in our own files"),
        gettext_lazy("A question from an authority"),
        gettext_lazy("A fine, or an order to mend it"),
        gettext_lazy("A court case, or a duty to tell those concerned"),
        gettext_lazy("A licence lost, or the board liable in person"),
    ),
    Scale.REPUTATION: _said(
        gettext_lazy("Heard of inside only"),
        gettext_lazy("A few customers ask"),
        gettext_lazy("Regional press, some customers leave"),
        gettext_lazy("National press, a key customer leaves"),
        gettext_lazy("Trust lost for years"),
    ),
}


@transaction.atomic
def say(scale: str, meaning: Meaning, *, actor: Any, version: int | None = None) -> ScaleMeaning:
    """Let the levels of `scale` mean this. Raises Stale when somebody changed it since `version`, and Invalid where a level
    has neither a beginning nor words, where one does not begin above the one before, or where two have the same words."""
    words = tuple(" ".join(str(word).split()) for word in meaning.words)
    _check(scale, meaning.bounds, words)
    row = ScaleMeaning.objects.select_for_update().filter(scale=scale).first()
    if version is not None and version != (row.version if row else 0):
        raise Stale(_("Somebody else changed what these levels mean. Load the page again."))
    if row is not None and (tuple(row.bounds), tuple(row.words)) == (meaning.bounds, words):
        return row
    row = row or ScaleMeaning(scale=scale, version=0)
    row.bounds, row.words = list(meaning.bounds), list(words)
    row.version += 1
    row.save()
    audit.record(actor, "scale-meaning.said", row, {"scale": scale, "bounds": [str(bound) for bound in meaning.bounds]})
    transaction.on_commit(forget)
    return row


def known() -> dict[str, Meaning]:
    """What was said, by scale; from the cache for at most a minute."""
    found = cache.get(KEY)
    if found is None:
        found = {row.scale: Meaning(tuple(row.bounds), tuple(row.words)) for row in ScaleMeaning.objects.all()}
        cache.set(KEY, found, 60)
    return found


def forget() -> None:
    """After a change."""
    cache.delete(KEY)


def in_words(scale: str, meanings: Mapping[str, Meaning] | None = None) -> dict[int, str]:
    """What each level of `scale` means, one phrase a level; nothing where nobody said it yet."""
    meaning = (known() if meanings is None else meanings).get(scale)
    return {level: phrase(scale, meaning, level) for level in scales.LEVELS} if meaning else {}


def phrase(scale: str, meaning: Meaning, level: int) -> str:
    """One level in words: from where to where, then what was written beside it."""
    parts = [_between(scale, meaning.bounds, level)] if meaning.bounds else []
    return "; ".join([*parts, *filter(None, [str(meaning.words[level - 1])])])


def amount(scale: str, bound: Decimal) -> str:
    """Where a level begins, as a person says it: €250 k, 3 days, once in 10 years."""
    if scale == Scale.FINANCIAL:
        return shown.money(bound)
    if scale == Scale.OPERATIONAL:
        return _span(bound)
    return _often(bound)


def _between(scale: str, bounds: Sequence[Decimal], level: int) -> str:
    if level == scales.LOWEST_LEVEL:
        if scale == Scale.LIKELIHOOD:
            return _("more seldom than %(bound)s") % {"bound": amount(scale, bounds[1])}
        return _("under %(bound)s") % {"bound": amount(scale, bounds[1])}
    if level == scales.HIGHEST_LEVEL:
        return _("%(bound)s or more") % {"bound": amount(scale, bounds[level - 1])}
    low, high = amount(scale, bounds[level - 1]), amount(scale, bounds[level])
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _span(hours: Decimal) -> str:
    if hours >= 2 * HOURS_A_DAY and hours % HOURS_A_DAY == 0:
        days = int(hours) // HOURS_A_DAY
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    return ngettext("%(n)s hour", "%(n)s hours", int(hours) if hours == int(hours) else 2) % {"n": f"{hours.normalize():f}"}


def _often(per_year: Decimal) -> str:
    if per_year >= 1:
        times = f"{per_year.normalize():f}"
        return _("once a year") if per_year == 1 else _("%(n)s times a year") % {"n": times}
    years = (1 / per_year).quantize(Decimal(1))
    return _("once in %(n)s years") % {"n": years}


def _check(scale: str, bounds: Sequence[Decimal], words: Sequence[str]) -> None:
    wrong: dict[str, list[str]] = {}
    if scale not in Scale.values or len(words) != len(scales.LEVELS):
        raise Invalid(_("There is no such scale."), {"scale": [_("Take likelihood or an impact area, with five levels.")]})
    if scale in MEASURED:
        wrong = _climbing(bounds)
    else:
        for level, word in zip(scales.LEVELS, words, strict=True):
            if not word:
                wrong[f"words_{level}"] = [_("Say what level %(level)s means.") % {"level": level}]
            elif word in words[: level - 1]:
                wrong[f"words_{level}"] = [_("Another level has the same words; say how this one is worse.")]
    for level, word in zip(scales.LEVELS, words, strict=True):
        if len(word) > LONGEST_WORDS:
            wrong[f"words_{level}"] = [_("Say it in %(n)s characters.") % {"n": LONGEST_WORDS}]
    if wrong:
        raise Invalid(_("These levels do not climb from 1 to 5."), wrong)


def _climbing(bounds: Sequence[Decimal]) -> dict[str, list[str]]:
    """What is wrong with bounds: by the field of the level."""
    if len(bounds) != len(scales.LEVELS) or bounds[0] != 0:
        return {"bound_1": [_("Level 1 begins at nothing; say where levels 2 to 5 begin.")]}
    wrong = {}
    for level in scales.LEVELS[1:]:
        bound = bounds[level - 1]
        if not bound.is_finite() or bound >= Decimal(10) ** 16 or bound != bound.quantize(Decimal("0.01")):
            wrong[f"bound_{level}"] = [_("Take a number with at most two decimals.")]
        elif bound <= bounds[level - 2]:
            wrong[f"bound_{level}"] = [_("Level %(level)s begins above level %(below)s.") % {"level": level, "below": level - 1}]
    return wrong
