"""What a formula version would change, risk by risk: at once for a small register, else by a worker that shows how far it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog
from django.db import OperationalError, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from portal import clock, copying
from portal.people import organisations
from risks import facts, formula_in_force, formulas, scoring
from risks.facts import Facts
from risks.formulas import Formula
from risks.models import FormulaPreview, FormulaPreviewRow, FormulaVersion, Risk
from risks.scoring import ZERO, ScoreResult

PART = 1000  # risks a transaction: what a worker that is killed has to do again
AT_ONCE = 200  # open risks that are scored twice well within a second
MOST_ATTEMPTS = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the reader may open of a preview, and how many risks more it changes."""

    affected: int
    rise: int
    fall: int
    above: int  # cross the tolerance upwards
    within: int  # come back within it
    band_up: int
    band_down: int
    hidden: int

    @property
    def all(self) -> int:
        return self.affected + self.hidden


@transaction.atomic
def ask(row: FormulaVersion) -> FormulaPreview:
    """Let it be found out what `row` would change as it stands; what was found out before counts no longer."""
    preview = FormulaPreview.objects.create(
        formula_version=row,
        parameters=row.parameters,
        base_number=formula_in_force.now().version,
        today=organisations.today(),
        total=Risk.objects.open().current().count(),
        asked_at=clock.now(),
    )
    if preview.total <= AT_ONCE:
        while not _next_part(preview):
            pass
    return preview


def newest(row: FormulaVersion) -> FormulaPreview | None:
    """With `all_count`, the risks that it changes, whoever may open them."""
    of_preview = FormulaPreviewRow.objects.filter(preview=OuterRef("pk")).order_by().values("preview")
    counted = Coalesce(Subquery(of_preview.annotate(rows=Count("pk")).values("rows")), 0)
    return FormulaPreview.objects.filter(formula_version=row).annotate(all_count=counted).order_by("-pk").first()


def is_known(row: FormulaVersion) -> bool:
    """Whether it was found out for every risk what `row` would change as it stands, against the version in force."""
    told = {"parameters": row.parameters, "base_number": formula_in_force.now().version}
    return FormulaPreview.objects.filter(formula_version=row, **told).exclude(finished_at=None).exists()


def counts(preview: FormulaPreview, user: Any) -> Counts:
    """Of the `newest` one. One query, whatever it holds."""
    rise, fall = Q(after_value__gt=F("before_value")), Q(after_value__lt=F("before_value"))
    other = ~Q(before_band=F("after_band"))
    found = (
        FormulaPreviewRow.objects.visible_to(user)
        .filter(preview=preview)
        .aggregate(
            affected=Count("pk"),
            rise=Count("pk", filter=rise),
            fall=Count("pk", filter=fall),
            above=Count("pk", filter=Q(crossing=1)),
            within=Count("pk", filter=Q(crossing=-1)),
            band_up=Count("pk", filter=rise & other),
            band_down=Count("pk", filter=fall & other),
        )
    )
    return Counts(**found, hidden=preview.all_count - found["affected"])


def work_waiting() -> int:
    """Go on with every preview that is not finished, until none is; returns how many parts were done."""
    parts = 0
    for pk in (
        FormulaPreview.objects.filter(finished_at=None, attempts__lt=MOST_ATTEMPTS).order_by("pk").values_list("pk", flat=True)
    ):
        while work(pk):
            parts += 1
    return parts


def work(pk: int) -> bool:
    """The next part of one preview, in a transaction of its own; False where nothing is left, or another worker has it."""
    try:
        with transaction.atomic():
            rows = FormulaPreview.objects.select_for_update(of=("self",), skip_locked=True)
            preview = rows.filter(pk=pk, finished_at=None, attempts__lt=MOST_ATTEMPTS).first()
            if preview is None or _is_overtaken(preview):
                return False
            return not _next_part(preview)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("formula.preview_failed", preview=pk)
        FormulaPreview.objects.filter(pk=pk).update(attempts=F("attempts") + 1, error=type(error).__name__)
        return False


def _is_overtaken(preview: FormulaPreview) -> bool:
    """A newer one was asked for: this one is taken away."""
    if not FormulaPreview.objects.filter(formula_version=preview.formula_version_id, pk__gt=preview.pk).exists():
        return False
    _forget([preview.pk])
    return True


def _next_part(preview: FormulaPreview) -> bool:
    """Whether the preview is finished then."""
    following = Risk.objects.open().current().filter(pk__gt=preview.last_risk_id).order_by("pk")
    risk_ids = list(following.values_list("pk", flat=True)[:PART])
    if risk_ids:
        base, other = formula_in_force.by_number(preview.base_number), formulas.from_json(preview.parameters)
        copying.copy_in(FormulaPreviewRow, _rows(preview, facts.gather(risk_ids, preview.today), base, other))
        preview.last_risk_id, preview.done = risk_ids[-1], preview.done + len(risk_ids)
    if len(risk_ids) < PART:
        preview.finished_at, preview.total = clock.now(), preview.done
        earlier = FormulaPreview.objects.filter(formula_version=preview.formula_version_id, pk__lt=preview.pk)
        _forget(list(earlier.exclude(finished_at=None).values_list("pk", flat=True)))
    preview.save(update_fields=["last_risk_id", "done", "finished_at", "total"])
    return preview.finished_at is not None


def _rows(preview: FormulaPreview, known: Iterator[Facts], base: Formula, other: Formula) -> Iterator[Mapping[str, Any]]:
    for one in known:
        before, after = ({state: scoring.score(given, by) for state, given in one.inputs.items()} for by in (base, other))
        row = _row(one, before, after)
        if row is not None:
            yield {"preview_id": preview.pk, "risk_id": one.risk_id} | row


def _row(known: Facts, before: Mapping[str, ScoreResult], after: Mapping[str, ScoreResult]) -> dict[str, Any] | None:
    """None where no score of the risk changes."""
    was, would = before[scoring.CURRENT], after[scoring.CURRENT]
    left, would_be_left = before[scoring.RESIDUAL].value, after[scoring.RESIDUAL].value
    if was.value == would.value and left == would_be_left:
        return None
    tolerance = known.inputs[scoring.CURRENT].tolerance_points
    crossing = scoring.above_tolerance(would.value, tolerance) - scoring.above_tolerance(was.value, tolerance)
    return {
        "before_value": was.value,
        "after_value": would.value,
        "before_band": was.band or "",
        "after_band": would.band or "",
        "before_residual_value": left,
        "after_residual_value": would_be_left,
        "tolerance_points": None if tolerance is None else int(tolerance),
        "crossing": crossing,
        "move": abs((would.value or ZERO) - (was.value or ZERO)) if isinstance(was.value, Decimal) else ZERO,
    }


def _forget(preview_ids: list[int]) -> None:
    """Derived rows: they can be computed again at any time."""
    FormulaPreviewRow.objects.filter(preview__in=preview_ids).delete()
    FormulaPreview.objects.filter(pk__in=preview_ids).delete()
