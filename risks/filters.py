"""What the address of the register asks for, and which rows that is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Self

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.dateparse import parse_date

from assets.models import Asset
from portal.people import organisations
from portal.people.models import Unit
from portal.told import row_key
from portal.web.shown import SOON_DAYS
from risks import movers, scales
from risks.models import Levels, Risk, RiskException
from risks.models.risk import RiskQuerySet
from risks.models.score import Agreement
from risks.response import incident_book

NO_BAND = "NONE"
STATES = ("open", "closed", "all")
EXPIRED, IN_FORCE = ACCEPTANCES = ("expired", "in_force")


@dataclass(frozen=True, slots=True)
class Filters:
    """One field a name in the address; what nobody can read is left empty. Days are the organisation's."""

    q: str = ""
    state: str = "open"
    band: str = ""
    stage: str = Levels.Stage.CURRENT
    likelihood: int | None = None
    impact: int | None = None
    unit: int | None = None
    units: tuple[int, ...] = ()  # several at once: the scope of whoever works in two places
    category: str = ""
    owner: str = ""
    above_tolerance: bool = False
    safety: bool = False
    differ: bool = False
    acceptance: str = ""
    came_true: bool = False
    review: str = ""
    moved_since: date | None = None
    logged_since: date | None = None
    asset: int | None = None

    @classmethod
    def read(cls, params: Mapping[str, str]) -> Self:
        """The filters of an address."""
        owner = params.get("owner", "")
        return cls(
            q=params.get("q", "").replace("\0", "").strip()[:200],
            state=_one_of(params.get("state"), STATES) or "open",
            band=_one_of(params.get("band"), (*scales.BAND_BY_KEY, NO_BAND)),
            stage=_one_of(params.get("stage"), Levels.Stage.values) or Levels.Stage.CURRENT,
            likelihood=_level(params.get("likelihood")),
            impact=_level(params.get("impact")),
            unit=row_key(params.get("unit")),
            units=_ids(params.get("units", "")),
            category=_one_of(params.get("category"), Risk.Category.values),
            owner=owner if owner in ("me", "none") or row_key(owner) else "",
            above_tolerance=params.get("above_tolerance") == "1",
            safety=params.get("safety") == "1",
            differ=params.get("differ") == "1",
            acceptance=_one_of(params.get("acceptance"), ACCEPTANCES),
            came_true=params.get("came_true") == "1",
            review=_one_of(params.get("review"), ("overdue", "due_soon")),
            moved_since=_day(params.get("moved_since")),
            logged_since=_day(params.get("logged_since")),
            asset=row_key(params.get("asset")),
        )

    @property
    def set_names(self) -> list[str]:
        """The filters that differ from those of an untouched register."""
        untouched = type(self)()
        return [one.name for one in fields(self) if getattr(self, one.name) != getattr(untouched, one.name)]

    @property
    def is_whole(self) -> bool:
        """Whether all open risks of a part of the organisation are asked for: their number everybody sees anyway."""
        return not set(self.set_names) - {"unit", "units"}

    def apply(self, risks: RiskQuerySet, user: Any) -> RiskQuerySet:
        """Those of `risks` that the address asks for, as `user` asks."""
        found = _levels(_people_and_days(_words(risks.current(), self, user), self, user), self)
        if self.acceptance and user.has_perm("risks.view_exception"):
            found = found.filter(accepted(self.acceptance, organisations.today()))
        return found


def _words(risks: RiskQuerySet, asked: Filters, user: Any) -> RiskQuerySet:
    if asked.state != "all":
        risks = risks.filter(state=asked.state.upper())
    if asked.q:
        risks = risks.filter(found_by(asked.q))
    if asked.category:
        risks = risks.filter(category=asked.category)
    if asked.unit is not None:
        risks = risks.filter(Unit.objects.below([asked.unit], "unit"))
    if asked.units:
        risks = risks.filter(Unit.objects.below(asked.units, "unit"))
    if asked.asset is not None:
        seen = Asset.objects.visible_to(user).filter(pk=asked.asset)
        risks = risks.filter(pk__in=Risk.assets.through.objects.filter(asset__in=seen).values("risk"))
    return risks


def _people_and_days(risks: RiskQuerySet, asked: Filters, user: Any) -> RiskQuerySet:
    if asked.owner == "none":
        risks = risks.filter(accountable="")
    elif asked.owner:
        risks = risks.owned_by(user.pk if asked.owner == "me" else int(asked.owner))
    today = organisations.today() if asked.review else None
    if asked.review == "overdue":
        risks = risks.filter(review_due_on__lt=today)
    elif asked.review == "due_soon":
        risks = risks.filter(review_due_on__range=(today, today + timedelta(days=SOON_DAYS)))
    if asked.logged_since:
        risks = risks.filter(logged_at__gte=organisations.morning(asked.logged_since))
    if asked.moved_since:
        risks = risks.filter(pk__in=movers.moves(asked.moved_since).values("risk"))
    return risks


def _levels(risks: RiskQuerySet, asked: Filters) -> RiskQuerySet:
    stage = asked.stage.lower()
    if asked.band:
        risks = risks.filter(**{f"score_state__{stage}_band": "" if asked.band == NO_BAND else asked.band})
    if asked.above_tolerance:
        risks = risks.filter(score_state__is_above_tolerance=True)
    if asked.safety:
        risks = risks.filter(score_state__is_safety=True)
    if asked.differ:
        risks = risks.filter(score_state__agreement=Agreement.DIFFERENT)
    if asked.came_true:
        risks = risks.filter(incident_book.came_true())
    if asked.likelihood is None and asked.impact is None:
        return risks
    if asked.stage == Levels.Stage.CURRENT:
        given = {"likelihood_level": asked.likelihood, "impact_level": asked.impact}
        wanted = {f"score_state__{name}": level for name, level in given.items() if level is not None}
        return risks.filter(**wanted)
    return risks.filter(Exists(_rated(asked)))


def _rated(asked: Filters):
    """The levels of another stage that an outer risk would need."""
    worst = Greatest(*(f"{area}_level" for area in scales.IMPACT_AREAS))
    rows = Levels.objects.filter(risk=OuterRef("pk"), stage=asked.stage).annotate(worst=worst)
    if asked.likelihood is not None:
        rows = rows.filter(likelihood_level=asked.likelihood)
    return rows.filter(worst=asked.impact) if asked.impact is not None else rows


def accepted(how: str, today: date) -> Exists:
    """The acceptance of an outer risk that is in force on `today`, or has expired and not been decided anew."""
    rows = RiskException.objects.filter(risk=OuterRef("pk"), kind=RiskException.Kind.RISK_ACCEPTANCE)
    return Exists(rows.expired(today) if how == EXPIRED else rows.in_force(today))


def found_by(text: str) -> Q:
    """A risk by its number, or by the beginnings of words in title, cause and consequence."""
    words = re.findall(r"\w+", text)
    query = " & ".join(f"{word}:*" for word in words)
    by_words = Q(search=SearchQuery(query, config="english", search_type="raw")) if words else Q(pk__in=())
    return by_words | Q(number=text.upper())  # as numbers are written, so that their index answers


def _one_of(text: str | None, allowed) -> str:
    return text if text in allowed else ""


def _level(text: str | None) -> int | None:
    return int(text) if text in ("1", "2", "3", "4", "5") else None


def _ids(text: str) -> tuple[int, ...]:
    found = [row_key(part) for part in text.split(",")[:20]]
    return tuple(one for one in found if one is not None)


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None
