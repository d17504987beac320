"""Every number a pack may show of one part of the organisation, read once and kept as plain JSON: words and numbers as people
read them, so that what is signed is what was read.

A value is an object with any of: `sentence`; `figures` [{key, label, value}]; `columns` [{label, is_number}] with `rows` and
`more`, a sentence about what is not listed; `cells` [likelihood, impact, count, band]; `curve` [{name, kind, points}]; `strip`
[{identifier, title, current, target, below, unrated, count, categories}], what `pack_strip` draws, each category alike;
`is_stale`, while what it rests on waits to be computed.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.board import figures as figures_of
from governance.board import money, pack_strip, pack_templates, position, shared
from governance.board.scope import Scope
from governance.compliance import practice_book
from governance.together.models import Achievement, Decision
from portal.people import organisations
from portal.people.models import Unit, User
from portal.web import shown
from risks import heatmap, loss_words, portfolio, scales, wording
from risks.models import CellChange, Incident, Levels, PortfolioLoss, Risk, RiskException, StaleScore
from risks.models.score import Agreement
from risks.response import incident_book

MOST_ROWS = 10
NOW, AFTER = Levels.Stage.CURRENT, Levels.Stage.RESIDUAL
Value = dict[str, Any]


def read(unit: Unit, since: date, until: date) -> dict[str, Value]:
    """Each shared source of pack_templates.SOURCES with its value; what concerns a span of days between `since` and `until`."""
    user, where = shared.reader(), Scope((unit,), is_whole=unit.parent_id is None)
    waited, folded = _waiting(unit)  # before and after: a worker may finish while this reads
    known = figures_of.read(user, where)
    values = {
        "position": _position(known, user, where),
        "heat_map": _heat_map(known),
        "top_risks": _top_risks(user, where),
        "safety": _safety(user, where),
        "exceptions": _exceptions(user, where),
        "losses": _losses(user, where, since, until),
        "compliance": _compliance(user),
        "decided": _decided(user, where, since, until),
        "achievements": _achievements(since, until),
        **_money(unit),
    }
    waits, folds = _waiting(unit)
    waiting, folding = waited or waits, folded or folds
    for source in pack_templates.SCORED & values.keys():
        if folding if source in ("money", "curve") else waiting:
            values[source]["is_stale"] = True
    return values


def _waiting(unit: Unit) -> tuple[bool, bool]:
    """Whether a score waits to be computed there, and whether a sum of money does."""
    scores = StaleScore.objects.filter(risk__unit__path__startswith=unit.path).exists()
    return scores, scores or CellChange.objects.filter(scope=f"unit:{unit.pk}").exists()


def figure(key: str, label: str, value: Any) -> dict[str, str]:
    return {"key": key, "label": str(label), "value": str(value)}


def table(columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Any]], more: str = "") -> Value:
    """`columns` are (label, whether it holds numbers)."""
    heads = [{"label": str(label), "is_number": is_number} for label, is_number in columns]
    return {"columns": heads, "rows": [[str(cell) for cell in row] for row in rows], "more": more}


def _position(known: figures_of.Figures, user: User, where: Scope) -> Value:
    place = "" if where.is_whole else where.label
    told = position.sentence(known, is_personal=False, needs=0, needs_url="", place=place, money=money.part(user, where))
    words = {
        "open": _("Open risks"),
        "above_tolerance": _("Above tolerance"),
        "safety": _("Can hurt people"),
        "different": _("The offices differ on"),
        "unowned": _("Without an owner"),
        "review_overdue": _("Reviews late"),
        **{f"band.{band.key}": wording.band(band.key) for band in reversed(scales.BANDS)},
    }
    return {"sentence": told.text, "figures": [figure(key, label, known.of(key).value) for key, label in words.items()]}


def _heat_map(known: figures_of.Figures) -> Value:
    pairs = [(likelihood, impact) for likelihood in scales.LEVELS for impact in scales.LEVELS]
    return {"cells": [[*pair, known.of(f"cell.{pair[0]}.{pair[1]}").value, heatmap.band_of(*pair)] for pair in pairs]}


def _risks(user: User, where: Scope) -> Any:
    rows = Risk.objects.visible_to(user).filter(where.within("unit"), state=Risk.State.OPEN)
    return rows.select_related("unit", "score_state").order_by("-score_state__current_value", "pk")


def _risk_rows(rows: Any) -> Value:
    columns = [(_("No."), False), (_("Risk"), False), (_("Band"), False), (_("Points"), True), (_("Offices"), False)]
    return table([*columns, (_("Where"), False)], [_risk_row(one) for one in rows])


def _risk_row(risk: Risk) -> list[str]:
    state = risk.score_state
    agreed = str(Agreement(state.agreement).label) if state.agreement else ""
    if state.span is not None:
        agreed = _("%(agreed)s: %(low)s–%(high)s") % {
            "agreed": agreed,
            "low": shown.score(state.span[0]),
            "high": shown.score(state.span[1]),
        }
    return [risk.number, risk.title, wording.band(state.current_band), shown.score(state.current_value), agreed, risk.unit.name]


def _top_risks(user: User, where: Scope) -> Value:
    rated = _risks(user, where).filter(score_state__current_value__isnull=False)
    found = _risk_rows(rated[:MOST_ROWS])
    seen = _risks(user, where).count()
    every = Risk.objects.current().filter(where.within("unit"), state=Risk.State.OPEN).count()
    found["more"] = _left_out(max(seen - MOST_ROWS, 0), every - seen)
    return found


def _safety(user: User, where: Scope) -> Value:
    return _risk_rows(_risks(user, where).filter(score_state__is_safety=True)[:MOST_ROWS])


def _left_out(further: int, hidden: int) -> str:
    """What a table does not list: further rows, and how many are not shared."""
    said = [ngettext("%(n)d more", "%(n)d more", further) % {"n": further}] if further else []
    said += [ngettext("+ %(n)d that is not shared", "+ %(n)d that are not shared", hidden) % {"n": hidden}] if hidden else []
    return ", ".join(said)


def _money(unit: Unit) -> dict[str, Value]:
    """The figures of the folded sums, and the curve they were read from. One query."""
    sums = {row.stage: row for row in PortfolioLoss.objects.filter(scope=f"unit:{unit.pk}", risk_count__gt=0)}
    if NOW not in sums:
        nothing = {"sentence": _("Nothing is estimated in money yet.")}
        return {"money": dict(nothing), "curve": dict(nothing)}
    losses = {stage: portfolio.loss_of(row) for stage, row in sums.items()}
    told = loss_words.told(losses[NOW])
    words = {
        "chance": _("Chance of a loss in a year"),
        "typical": _("If it happens, typically"),
        "bad": _("If it happens, in a bad year"),
        "one_in_twenty": _("One year in twenty costs more than"),
        "average": _("Average over the long run"),
    }
    figures = [figure(key, label, getattr(told, key)) for key, label in words.items()]
    if AFTER in losses:
        figures.append(figure("average_after", _("The same once plans are done"), loss_words.told(losses[AFTER]).average))
    named = [(str(stage.label), kind, losses[stage]) for stage, kind in ((NOW, "now"), (AFTER, "after")) if stage in losses]
    rows = loss_words.rows(*(loss for _name, _kind, loss in named))
    columns = [(_("How often"), False), *((name, True) for name, _kind, _loss in named)]
    curve = table(columns, [[label, *amounts] for label, amounts in rows])
    curve["curve"] = [_line(loss_words.line(loss, name, kind)) for name, kind, loss in named]
    return {"money": {"sentence": loss_words.reading(losses[NOW]), "figures": figures}, "curve": curve | {"sentence": ""}}


def _line(line: Any) -> dict[str, Any]:
    points = [[_digits(loss), _digits(chance)] for loss, chance in line.points]
    return {"name": line.name, "kind": line.kind, "points": points}


def _digits(number: float) -> str:
    """A float of the engine as a decimal string of six digits."""
    return f"{Decimal(f'{number:.6g}'):f}"


def _exceptions(user: User, where: Scope) -> Value:
    today = organisations.today()
    rows = RiskException.objects.visible_to(user).filter(where.within("risk__unit")).in_force(today)
    rows = rows.select_related("risk").order_by("ends_on", "pk")
    columns = [(_("No."), False), (_("What is permitted"), False), (_("Risk"), False), (_("Price"), True), (_("Until"), False)]
    told = [[one.number, one.title, one.risk.number, shown.money(one.price), shown.date_long(one.ends_on)] for one in rows]
    return table(columns, told)


def _losses(user: User, where: Scope, since: date, until: date) -> Value:
    begin, end = organisations.morning(since), organisations.morning(until + timedelta(days=1))
    noticed = Q(noticed_at__gte=begin, noticed_at__lt=end) & where.within("unit")
    every = Incident.objects.current().filter(noticed).count()
    rows = list(incident_book.with_totals(Incident.objects.visible_to(user).current().filter(noticed)).order_by("noticed_at", "pk"))
    columns = [(_("No."), False), (_("Incident"), False), (_("Noticed"), False), (_("Cost so far"), True), (_("Stage"), False)]
    told = [
        [one.number, one.title, shown.date_long(one.noticed_at), shown.money(one.total_loss), str(one.stage.label)] for one in rows
    ]
    total = sum((one.total_loss for one in rows if one.total_loss is not None), start=incident_book.NOTHING)
    found = table(columns, told, _left_out(0, every - len(rows)))
    return found | {"figures": [figure("total", _("Cost of what is listed"), shown.money_exact(total))]}


def _compliance(user: User) -> Value:
    tile = practice_book.tile(user)
    if tile is None:
        return {"sentence": _("No profile of the organisation is kept yet.")}
    columns = [
        (_("Function"), False),
        (_("Now, of 4"), True),
        (_("Target"), True),
        (_("Below target"), True),
        (_("Not rated"), True),
    ]
    rows = [
        [f"{one.identifier} {one.title}".strip(), _level(one.sum.current), _level(one.sum.target), one.sum.below, one.sum.unrated]
        for one in tile.groups
    ]
    return table(columns, rows, tile.name) | {"strip": pack_strip.keep(tile.groups)}


def _level(level: Any) -> str:
    return shown.NOTHING if level is None else str(level)


def _achievements(since: date, until: date) -> Value:
    """What the two published in the span, of the whole organisation; cash and modelled losses are two figures, never added."""
    begin, end = organisations.morning(since), organisations.morning(until + timedelta(days=1))
    rows = Achievement.objects.published().filter(settled_at__gte=begin, settled_at__lt=end).select_related("cio", "ciso")
    columns = [(_("What was reached"), False), (_("Kind"), False), (_("Credited to"), False), (_("A year"), True)]
    told = [[one.words, one.get_kind_display(), _both(one), shown.money(one.amount)] for one in rows.order_by("settled_at", "pk")]
    sums = dict(rows.order_by().values_list("kind").annotate(sum=Sum("amount")))
    words = {
        Achievement.Kind.CASH_SAVED: _("Cash saved a year, confirmed by finance"),
        Achievement.Kind.LOSS_LOWERED: _("Modelled loss lowered a year, verified by the other office"),
    }
    figures = [figure(str(kind), label, shown.money_exact(sums[kind])) for kind, label in words.items() if sums.get(kind)]
    found = table(columns, told) | ({"figures": figures} if figures else {})
    return found if told else {"sentence": _("Nothing was published in this span.")}


def _both(one: Achievement) -> str:
    return ", ".join(str(person) for person in (one.cio, one.ciso) if person is not None)


def _decided(user: User, where: Scope, since: date, until: date) -> Value:
    begin, end = organisations.morning(since), organisations.morning(until + timedelta(days=1))
    rows = Decision.objects.visible_to(user).current().filter(where.within("unit"), decided_at__gte=begin, decided_at__lt=end)
    columns = [(_("No."), False), (_("Decision"), False), (_("How"), False), (_("On"), False)]
    told = [[one.number, one.title, str(one.get_outcome_display()), shown.date_long(one.decided_at)] for one in rows.order_by("pk")]
    return table(columns, told)
