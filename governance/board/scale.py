"""An organisation as large as one likes, the same each time: for measuring, never for showing."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from assets.models import Asset, Dependency
from governance.change import scale as changes
from portal import clock
from portal.attention.models import Review
from portal.copying import copy_in, draw_ids
from portal.people import organisations
from portal.people.models import Organisation, RoleAssignment, Unit, User
from portal.record import numbers, totals
from risks import loss_scale, recompute, scales
from risks.models import Appetite, Levels, Risk, RiskAsset

DIVISIONS, SITES = 4, 5
OWNERS = 40
YEARS_OF_DAYS = 1_000
GROUP = 20  # assets that lean on each other, as a tree with a business service at its top
EVENTS = (
    "Ransomware reaches the line control of {where}",
    "Order data of {where} leaves with a supplier",
    "A failed switch stops {where}",
    "Recipes of {where} are changed unnoticed",
    "Restore fails after the loss of planning data at {where}",
    "A supplier stops support for {where}",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where things are and who answers for them: unit ids with their lineage, and owners."""

    lineages: Mapping[int, Sequence[int]]
    owners: Sequence[int]
    today: date

    @property
    def units(self) -> list[int]:
        return list(self.lineages)


@transaction.atomic
def build(assets: int, risks: int) -> None:
    """Add `assets` assets and `risks` risks with links, levels, reviews and totals; scores come by `rescore`."""
    ground = _ground()
    asset_ids = _assets(assets, ground)
    _risks(risks, asset_ids, ground)


@transaction.atomic
def build_initiatives(count: int) -> None:
    """Add `count` initiatives on the same ground."""
    ground = _ground()
    changes.initiatives(count, ground.units, ground.owners, ground.today)


@transaction.atomic
def build_estimates() -> None:
    """Let every open risk be estimated in money; what a year costs comes by `rescore`."""
    ground = _ground()
    loss_scale.estimates(ground.owners, ground.today)


def rescore() -> Iterator[tuple[int, int]]:
    """Score what was built; yields (risks done, score rows written)."""
    return recompute.refresh_all()


def analyse() -> None:
    """Give the planner its statistics."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _ground() -> Ground:
    Organisation.objects.get_or_create(
        pk=1,
        defaults={
            "name": "Verrow Manufacturing",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "created_at": clock.now(),
            "set_up_at": clock.now(),
        },
    )
    organisations.forget()
    Appetite.objects.get_or_create(unit=None, category="", defaults={"appetite_points": 40, "tolerance_points": 60})
    root = Unit.objects.filter(parent=None).order_by("pk").first() or _unit("Verrow Manufacturing", Unit.Kind.COMPANY, None)
    lineages: dict[int, list[int]] = {}
    for division_number in range(1, DIVISIONS + 1):
        division = _unit(f"Division {division_number}", Unit.Kind.DIVISION, root)
        for site_number in range(1, SITES + 1):
            site = _unit(f"Site {division_number}.{site_number}", Unit.Kind.SITE, division)
            lineages[site.pk] = site.lineage
    return Ground(lineages, _owners(list(lineages)), organisations.today())


def _unit(name: str, kind: str, parent: Unit | None) -> Unit:
    """The unit of that name below `parent`, made where it is missing."""
    known = Unit.objects.filter(parent=parent, name=name).first()
    if known is not None:
        return known
    unit = Unit.objects.create(name=name, kind=kind, parent=parent, path=f"draft of {name}")
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


def _owners(units: Sequence[int]) -> list[int]:
    """People who own risks and cannot sign in."""
    found = []
    for number in range(1, OWNERS + 1):
        email, unit = f"owner-{number:02d}@scale.invalid", units[number % len(units)]
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, name=f"Owner {number:02d}", unit_id=unit)
            RoleAssignment.objects.create(user=user, role=RoleAssignment.Role.OWNER, unit_id=unit)
        found.append(user.pk)
    return found


def _assets(count: int, ground: Ground) -> list[int]:
    dice = random.Random(f"assets {count}")  # noqa: S311 -- the same each time is the point
    ids, names = draw_ids(Asset, count), numbers.draw("A", count)
    rows = [_asset(place, ids, names[place], dice, ground) for place in range(count)]
    _inherit(rows)
    copy_in(Asset, rows)
    copy_in(
        Dependency,
        (
            {"dependent_id": ids[above], "supporting_id": ids[place], "kind": Dependency.Kind.NEEDS}
            for place, above in _links(count)
        ),
    )
    _count(rows, ground)
    return ids


def _asset(place: int, ids: Sequence[int], number: str, dice: random.Random, ground: Ground) -> dict:
    kind = Asset.Kind.BUSINESS_SERVICE if place % GROUP == 0 else dice.choice(Asset.Kind.values[:-1])
    levels = {f"own_{aspect}": dice.choice((None, 1, 2, 2, 3, 3, 4, 5)) for aspect in scales.ASPECTS}
    return {
        "id": ids[place],
        "number": number,
        "name": f"{Asset.Kind(kind).name.replace('_', ' ').capitalize()} {number}",
        "kind": kind,
        "unit_id": ground.units[(place // GROUP) % len(ground.units)],
        "owner_id": None if dice.random() < 0.1 else dice.choice(ground.owners),
        "reachability": dice.choice(("NONE", "INTERNAL", "INTERNAL", "REMOTE", "INTERNET")),
        "is_safety_relevant": dice.random() < 0.05,
        "registered_at": _some_day(place),
        "support_ends_on": ground.today + timedelta(days=dice.randint(-700, 1400)) if dice.random() < 0.3 else None,
        **levels,
    }


def _some_day(place: int) -> datetime:
    """A moment of the last years: the register of an organisation did not come in one day."""
    return clock.now() - timedelta(days=place * 7 % YEARS_OF_DAYS)


def _links(count: int) -> Iterator[tuple[int, int]]:
    """(supporting, dependent) places: a binary tree in each group."""
    for place in range(count):
        if within := place % GROUP:
            yield place, place - within + (within - 1) // 2


def _inherit(rows: list[dict]) -> None:
    """Effective criticality and its path, as `assets.criticality` would find them: whatever leans on a thing comes before it."""
    above = dict(_links(len(rows)))
    for place, row in enumerate(rows):
        row["criticality_path"] = {}
        parent = rows[above[place]] if place in above else None
        for aspect in scales.ASPECTS:
            own = row[f"own_{aspect}"] or 0
            inherited = (parent and parent[f"effective_{aspect}"]) or 0
            row[f"effective_{aspect}"] = max(own, inherited) or None
            if own and own >= inherited:
                row["criticality_path"][aspect] = [row["id"]]
            elif inherited:
                row["criticality_path"][aspect] = [*parent["criticality_path"][aspect], row["id"]]


def _count(rows: list[dict], ground: Ground) -> None:
    sums: dict[tuple[int, str], int] = {}
    for row in rows:
        measures = ["assets.current", f"assets.kind.{row['kind']}", *(["assets.unowned"] if row["owner_id"] is None else [])]
        for scope in ground.lineages[row["unit_id"]]:
            for measure in measures:
                sums[scope, measure] = sums.get((scope, measure), 0) + 1
    totals.add((scope, measure, amount) for (scope, measure), amount in sums.items())


def _risks(count: int, asset_ids: Sequence[int], ground: Ground) -> None:
    dice = random.Random(f"risks {count}")  # noqa: S311
    ids, names = draw_ids(Risk, count), numbers.draw("R", count)
    rows = [_risk(ids[place], names[place], dice, ground) | {"logged_at": _some_day(place)} for place in range(count)]
    copy_in(Risk, rows)
    copy_in(Levels, (levels for row in rows for levels in _levels(row["id"], dice)))
    if asset_ids:
        copy_in(RiskAsset, (link for place, pk in enumerate(ids) for link in _befallen(place, pk, asset_ids)))
    copy_in(Review, (_review(row) for row in rows if row["state"] == Risk.State.OPEN and row["accountable"]))


def _risk(pk: int, number: str, dice: random.Random, ground: Ground) -> dict:
    unit_id = dice.choice(ground.units)
    accountable = "" if dice.random() < 0.05 else dice.choice(Risk.Accountable.values)
    return {
        "id": pk,
        "number": number,
        "title": dice.choice(EVENTS).format(where=f"site {unit_id}, {number}"),
        "category": dice.choice(Risk.Category.values),
        "unit_id": unit_id,
        "it_owner_id": dice.choice(ground.owners) if accountable else None,
        "security_owner_id": dice.choice(ground.owners) if accountable else None,
        "accountable": accountable,
        "is_confidential": dice.random() < 0.02,
        "review_due_on": ground.today + timedelta(days=dice.randint(-5, 90)),
        "state": Risk.State.CLOSED if dice.random() < 0.03 else Risk.State.OPEN,
    }


def _levels(risk_id: int, dice: random.Random) -> Iterator[dict]:
    """Inherent at least as bad as now, now at least as bad as after the plan; one in thirty not rated yet."""
    if dice.random() < 0.03:
        return
    likelihood, impact = dice.choice((1, 2, 2, 3, 3, 3, 4, 4, 5)), dice.choice((1, 2, 2, 3, 3, 3, 4, 4, 5))
    area = dice.choice((*scales.IMPACT_AREAS, "operational", "operational"))
    for stage, easing in (("INHERENT", -1), ("CURRENT", 0), ("RESIDUAL", 1)):
        yield {
            "risk_id": risk_id,
            "stage": stage,
            "likelihood_level": min(max(likelihood - easing, 1), 5),
            f"{area}_level": impact,
        }


def _befallen(place: int, risk_id: int, asset_ids: Sequence[int]) -> Iterator[dict]:
    first = (place * 7) % len(asset_ids)
    for asset_id in dict.fromkeys((asset_ids[first], asset_ids[(first + 3) % len(asset_ids)])):
        yield {"risk_id": risk_id, "asset_id": asset_id}


def _review(row: Mapping) -> dict:
    owner = row["it_owner_id"] if row["accountable"] == Risk.Accountable.IT else row["security_owner_id"]
    return {
        "subject_kind": "risk",
        "subject_id": row["id"],
        "kind": "risk.review",
        "due_on": row["review_due_on"],
        "owner_id": owner,
    }
