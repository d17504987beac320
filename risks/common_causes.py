"""What several risks have in common: one asset or supplier that fails, or a year that strikes all of a kind. The position counts
risks as independent; here the same risks are added up with what ties them together. The average stays, bad years get worse.

Nothing is kept: the assumptions are the reader's, and the cells of each risk stay what they are.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assets.models import Asset
from portal.errors import Invalid
from portal.people.models import Unit
from risks import loss_parts, loss_words, money_scope, portfolio
from risks.models import Levels, LossResult, PortfolioLoss, Risk, RiskAsset
from risks.quantification import AnnualLoss, LossModel, cells, together

STRUCK = (Risk.Category.IT, Risk.Category.OT, Risk.Category.DATA, Risk.Category.SUPPLIER)  # by a wave of attacks or failures
MOST_GROUPS, MOST_AT_ONCE = 10, 20  # what is taken together; all beyond stays independent
Key = tuple[str, int, str]  # "asset" or "supplier", its id and its name
MOST_SHARE, HARDEST = Decimal(50), Decimal(together.HARDEST)


@dataclass(frozen=True, slots=True)
class Assumed:
    """`shared_percent` of the events of the rarest risk on a shared asset or supplier strike all risks on it at once; in one year
    of twenty risks of STRUCK kinds strike `bad_year_factor` times as often as on average, or more."""

    shared_percent: Decimal = Decimal(10)
    bad_year_factor: Decimal = Decimal(2)

    @property
    def sentence(self) -> str:
        facts = {"percent": f"{self.shared_percent.normalize():f}{loss_words.PERCENT}"}
        facts |= {"factor": f"{self.bad_year_factor.normalize():f}"}
        first = _(
            "Assumed: of the events of the rarest risk on a shared asset or supplier %(percent)s strike all risks on it at once; "
            "and in one year of twenty risks of IT, OT, data and suppliers strike %(factor)s times as often as on average, or more."
        )
        return f"{first % facts} " + _("Each risk keeps its own average.")


@dataclass(frozen=True, slots=True)
class Shared:
    """An asset or a supplier on which several estimated risks rest, how often it would strike them all, and what that costs."""

    kind: str  # "asset" or "supplier"
    pk: int
    name: str
    risks: tuple[Risk, ...]
    per_year: float
    event: float

    @property
    def often(self) -> str:
        return loss_words.how_often(self.per_year)


@dataclass(frozen=True)
class Together:
    """The position under `assumed`: each risk by itself, with what they share, in years that strike all, and with both."""

    assumed: Assumed
    shared: tuple[Shared, ...]
    apart: AnnualLoss
    with_shared: AnnualLoss
    with_bad_years: AnnualLoss
    with_both: AnnualLoss
    struck_count: int

    @property
    def rows(self) -> list[tuple[str, AnnualLoss]]:
        return [
            (_("Each risk by itself, as the position has it"), self.apart),
            (_("With shared assets and suppliers"), self.with_shared),
            (_("With bad years for all"), self.with_bad_years),
            (_("With both"), self.with_both),
        ]

    @property
    def sentence(self) -> str:
        """What it says, made from the numbers."""
        facts = {"average": loss_words.money(self.apart.mean)}
        for name, one in (("apart", self.apart), ("both", self.with_both)):
            facts |= {f"{name}20": loss_words.money(one.var95), f"{name}100": loss_words.money(one.var99)}
        words = _(
            "The average stays %(average)s a year. One year in twenty costs more than %(both20)s instead of %(apart20)s, one in a "
            "hundred more than %(both100)s instead of %(apart100)s."
        )
        return words % facts


def assumed(asked: Mapping[str, str]) -> Assumed:
    """What the reader assumes, the usual where nothing is said. Raises Invalid by field."""
    usual, wrong = Assumed(), {}
    found = {}
    for name, low, high, sentence in (
        ("shared_percent", Decimal(0), MOST_SHARE, _("Give a share from 0 to 50 percent.")),
        ("bad_year_factor", Decimal(1), HARDEST, _("Give a factor from 1 to 3.")),
    ):
        try:
            found[name] = Decimal(asked[name].strip().replace(",", ".")) if asked.get(name, "").strip() else getattr(usual, name)
        except InvalidOperation:
            found[name] = Decimal("NaN")
        if not (found[name].is_finite() and low <= found[name] <= high):
            wrong[name] = [sentence]
    if wrong:
        raise Invalid(_("The question is not valid."), wrong)
    return Assumed(**found)


def read(user: Any, chosen: Assumed) -> Together | None:
    """The position of the reader's part of the organisation; None where nothing is estimated there. Risks that they may not open
    count, but share nothing that is named, and outside of the whole organisation they count as struck by bad years."""
    unit = money_scope.unit_of(user)
    whole = portfolio.of_unit(unit.pk, Levels.Stage.CURRENT) if unit else None
    if unit is None or whole is None:
        return None
    rows = LossResult.objects.visible_to(user).filter(stage=Levels.Stage.CURRENT, risk__unit__path__startswith=unit.path)
    groups = _largest(dict(rows.values_list("risk_id", "mean")), _on_what(user, rows.values("risk")))
    tied = rows.filter(risk__in={pk for ids in groups.values() for pk in ids}).select_related("scenario", "risk").defer("sketch")
    unmoved, calm_count = _unmoved(unit, rows)
    results = {row.risk_id: row for row in tied.order_by("risk_id")}
    return add_up(portfolio.cells_of(whole), whole.risk_count - calm_count, results, unmoved, groups, chosen)


def _unmoved(unit: Unit, rows: QuerySet) -> tuple[cells.Cells, int]:
    """What knows no bad year, and how many risks that is: of the whole organisation as it is summed by kind, else risk by risk."""
    if unit.parent_id is None:
        kinds = [kind for kind in Risk.Category.values if kind not in STRUCK]
        kept = PortfolioLoss.objects.filter(scope__in=[f"category:{kind}" for kind in kinds], stage=Levels.Stage.CURRENT)
        sums = list(kept.only("cells", "risk_count"))
        return cells.add([portfolio.cells_of(row) for row in sums]), sum(row.risk_count for row in sums)
    calm = list(rows.exclude(risk__category__in=STRUCK).only("cells"))
    return cells.add([portfolio.cells_of(row) for row in calm]), len(calm)


def add_up(
    whole: cells.Cells,
    struck_count: int,
    results: Mapping[int, LossResult],
    unmoved: cells.Cells,
    groups: Mapping[Key, Sequence[int]],
    chosen: Assumed,
) -> Together:
    """`whole` with what the risks in `groups` share taken out of each and put in once; `unmoved` of it knows no bad year."""
    models = {pk: loss_parts.of_scenario(results[pk].scenario) for pk in {pk for ids in groups.values() for pk in ids}}
    shared, events, thinned = _shared(results, models, groups, float(chosen.shared_percent) / 100)
    swap = _swapped(results, models, thinned)
    tied = cells.add([whole, *(one for pair in swap.values() for one in pair), *events], _signs(len(swap), len(events)))
    calm = {pk: pair for pk, pair in swap.items() if results[pk].risk.category not in STRUCK}
    tied_unmoved = cells.add([unmoved, *(one for pair in calm.values() for one in pair)], _signs(len(calm), 0))
    shock = together.shock(float(chosen.bad_year_factor))
    return Together(
        chosen,
        shared,
        together.evaluate(whole),
        together.evaluate(tied),
        together.evaluate(cells.subtract(whole, unmoved), shock, unmoved),
        together.evaluate(cells.subtract(tied, tied_unmoved), shock, tied_unmoved),
        struck_count,
    )


def _signs(pairs: int, more: int) -> list[int]:
    return [1, *([-1, 1] * pairs), *([1] * more)]


def _swapped(
    results: Mapping[int, LossResult], models: Mapping[int, LossModel], thinned: Mapping[int, float]
) -> dict[int, tuple[cells.Cells, cells.Cells]]:
    """The cells of each risk that shares something: as they are, and without the events that come with the others."""
    rarer = {pk: replace(models[pk], rate=models[pk].rate.times(share)) for pk, share in thinned.items()}
    return {pk: (portfolio.cells_of(results[pk]), cells.of(model)) for pk, model in rarer.items()}


def _shared(
    results: Mapping[int, LossResult], models: Mapping[int, LossModel], groups: Mapping[Key, Sequence[int]], share: float
) -> tuple[tuple[Shared, ...], list[cells.Cells], dict[int, float]]:
    """What is shared, the dearest first; the cells of its events; and which share of its own events each risk on it keeps.

    A risk on several of them gives each its part, so that none loses more than `share` of its events.
    """
    often = Counter(pk for ids in groups.values() for pk in ids)
    found, events, lost = [], [], defaultdict(float)
    for key, ids in groups.items() if share else ():
        rate = share * min(models[pk].rate.mean / often[pk] for pk in ids)
        events.append(cells.at_once([models[pk] for pk in ids], rate))
        for pk in ids:
            lost[pk] += rate / models[pk].rate.mean
        cost = sum(models[pk].event_mean for pk in ids)
        found.append(Shared(*key, tuple(results[pk].risk for pk in ids), rate, cost))
    found.sort(key=lambda one: (-one.per_year * one.event, one.kind, one.pk))
    return tuple(found), events, {pk: 1 - gone for pk, gone in lost.items()}


def _largest(means: Mapping[int, float], on_what: Mapping[Key, frozenset[int]]) -> dict[Key, list[int]]:
    """The assets and suppliers with most at stake, each with its dearest risks, two at least; a set of risks once: an asset stands
    for its supplier where the same risks rest on both."""
    found: dict[tuple[int, ...], Key] = {}
    for key in sorted(on_what):
        costing = sorted((pk for pk in on_what[key] if means[pk] > 0), key=lambda pk: (-means[pk], pk))
        if len(costing) > 1:
            found.setdefault(tuple(costing[:MOST_AT_ONCE]), key)
    most = sorted(found, key=lambda ids: (-sum(means[pk] for pk in ids), found[ids]))[:MOST_GROUPS]
    return {found[ids]: list(ids) for ids in most}


def _on_what(user: Any, risks: QuerySet) -> dict[Key, frozenset[int]]:
    """The estimated risks on each asset and each supplier of assets that `user` may open. One query."""
    links = RiskAsset.objects.filter(risk__in=risks, asset__in=Asset.objects.visible_to(user).filter(archived_at=None).values("pk"))
    found: dict[Key, set[int]] = defaultdict(set)
    rows = links.order_by().values_list("risk_id", "asset_id", "asset__name", "asset__supplier_id", "asset__supplier__name")
    for risk_id, asset_id, name, supplier_id, supplier in rows:
        found["asset", asset_id, name].add(risk_id)
        if supplier_id is not None:
            found["supplier", supplier_id, supplier].add(risk_id)
    return {key: frozenset(ids) for key, ids in found.items()}
