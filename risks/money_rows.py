"""Every estimated risk of a place as plain rows, and the whole rows of those few that something is computed of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, F, FloatField, Func, JSONField, Q, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject

from portal.people.models import Unit
from risks.models import Levels, LossResult, Risk

NOW, AFTER = Levels.Stage.CURRENT, Levels.Stage.RESIDUAL
_INSURED = "jsonb_path_exists(%(expressions)s, '$[*] ? (exists (@.deductible) || exists (@.limit))')"


class Row(NamedTuple):
    """One risk in one stage, with what a page over thousands of them reads of each; `result` is the id of its LossResult."""

    result: int
    stage: str
    mean: float
    var95: float
    pk: int
    number: str
    title: str
    category: str
    place: str
    path: str
    score: Decimal | None
    is_safety: bool | None
    estimated_on: date
    source: str
    estimator: str | None
    is_of_one: bool  # on the word of one person
    rate: float | None  # losses a year
    insured: Sequence[Mapping[str, Any]] | None  # what an event costs by form, where some of it is insured

    @property
    def get_category_display(self) -> str:
        return str(Risk.Category(self.category).label)

    @property
    def lineage(self) -> list[int]:
        """Its unit and all above, root first."""
        return [int(part) for part in self.path.strip("/").split("/")]


def of_unit(user: Any, unit: Unit) -> Mapping[str, list[Row]]:
    """By stage the risks in `unit` and below that `user` may open, the dearest first: as they are now, and after plan those that
    somebody estimated for then. One query, of columns alone: thousands of model instances would take most of a page's time."""
    kept = Q(stage=NOW) | Q(stage=AFTER, scenario__stage=AFTER)
    rows = LossResult.objects.visible_to(user).filter(kept, risk__unit__path__startswith=unit.path).order_by("-mean", "pk")
    columns = (
        *("pk", "stage", "mean", "var95", "risk_id", "risk__number", "risk__title", "risk__category"),
        *("risk__unit__name", "risk__unit__path", "risk__score_state__current_value", "risk__score_state__is_safety"),
        *("scenario__estimated_on", "scenario__source", "scenario__estimated_by__name"),
        *(_is_of_one(), _number("events") * _number("share"), _insured()),
    )
    found: dict[str, list[Row]] = {NOW: [], AFTER: []}
    for told in rows.values_list(*columns):
        found[told[1]].append(Row._make(told))
    return found


def whole(ids: Iterable[int]) -> dict[int, LossResult]:
    """The results `ids` with their estimates and risks. One query."""
    rows = LossResult.objects.filter(pk__in=list(ids)).select_related("scenario", "risk").defer("sketch", "previous")
    return {row.pk: row for row in rows}


def _is_of_one() -> Func:
    """No number of the estimate is of somebody else than of whoever gave it last."""
    somebody = Coalesce(
        Func("scenario__estimated_by", function="to_jsonb"),
        Func("scenario__losses", template="jsonb_path_query_first(%(expressions)s, '$[*].by')"),
        output_field=JSONField(),
    )
    return Func(
        "scenario__losses",
        JSONObject(by=somebody),
        template="NOT jsonb_path_exists(%(expressions)s)",
        arg_joiner=", '$[*].by ? (@ != $by)', ",
        output_field=BooleanField(),
    )


def _number(factor: str) -> Cast:
    return Cast(KeyTextTransform(factor, "factors"), FloatField())


def _insured() -> Case:
    is_insured = Func("scenario__losses", template=_INSURED, output_field=BooleanField())
    return Case(When(is_insured, then=F("scenario__losses")), default=None, output_field=JSONField())
