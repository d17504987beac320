"""Risks with believable defaults."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from portal import clock
from portal.people import organisations
from portal.people.models import Unit, User
from portal.signing import signatures
from risks import controls, evidence, exceptions, indicators, loss_scenarios, readings, treatments
from risks.loss_parts import LossPart
from risks.models import Control, Evidence, Indicator, Levels, LossScenario, Reading, Risk, RiskAsset, RiskException, Treatment

_serial = count(1)


def make_risk(*, unit: Unit, assets: Iterable = (), **fields) -> Risk:
    """An open risk of `unit`, rated in no stage yet."""
    number = next(_serial)
    believable = {
        "number": f"R-T{number:05d}",
        "title": f"Ransomware reaches line control {number}",
        "cause": "Engineering workstations bridge the office and control networks",
        "consequence": "Both shifts stop for six to nine days",
        "category": Risk.Category.OT,
        "review_due_on": date(2099, 1, 1),
    }
    risk = Risk.objects.create(unit=unit, **(believable | fields))
    for asset in assets:
        RiskAsset.objects.create(risk=risk, asset=asset)
    return risk


def make_levels(risk: Risk, likelihood: int | None = 4, *, stage: str = Levels.Stage.CURRENT, **impact: int | None) -> Levels:
    """Levels of one stage: `make_levels(risk, 4, operational=4)`; operational 4 where no area is named."""
    areas = {f"{area}_level": level for area, level in (impact or {"operational": 4}).items()}
    levels, _ = Levels.objects.update_or_create(risk=risk, stage=stage, defaults={"likelihood_level": likelihood} | areas)
    return levels


def make_control(*, unit: Unit, actor=None, **fields) -> Control:
    """A control in force, registered by the verb."""
    believable = {
        "name": f"Office and control networks are kept apart {next(_serial)}",
        "office": "SECURITY",
        "design_effectiveness": Decimal("0.80"),
        "operating_effectiveness": Decimal("0.90"),
        "yearly_cost": Decimal("12000.00"),
    }
    return controls.add(actor=actor, unit=unit, **(believable | fields))


def make_indicator(*, unit: Unit, owner, actor=None, **fields) -> Indicator:
    """Patch age of the gateways in days: watched from 30, outside of its bounds from 60."""
    believable = {
        "name": f"Patch age of gateways {next(_serial)}",
        "unit_of_measure": "days",
        "direction": "HIGHER",
        "warning_at": Decimal(30),
        "breach_at": Decimal(60),
        "every_days": 30,
    }
    return indicators.add(actor=actor, unit=unit, owner=owner, **(believable | fields))


def make_reading(indicator: Indicator, value, *, days_ago: int = 0, actor=None, **fields) -> Reading:
    """What it read at this moment, or so many days ago."""
    observed_at = fields.pop("observed_at", None) or clock.now() - timedelta(days=days_ago)
    return readings.take(indicator, Decimal(value), observed_at, actor=actor, **fields)[0]


def make_evidence(subject, *, actor, title: str = "Firewall rules reviewed", until: date | None = date(2099, 1, 1)) -> Evidence:
    """A fact that proves a control or an approved treatment."""
    said = evidence.Described(title, organisations.today(), until)
    return evidence.add_fact(subject, {"rules": 42, "open": 0}, said, actor=actor)


def make_treatment(risk: Risk, *, actor, steps=(), **fields) -> Treatment:
    """A plan proposed by `actor`, who owns it as well."""
    believable = {
        "title": "Put a gateway between the office and line control",
        "kind": Treatment.Kind.REDUCE,
        "owner": actor,
        "due_on": organisations.today() + timedelta(days=90),
        "likelihood_level": 2,
    }
    return treatments.propose(risk, actor=actor, steps=steps, **(believable | fields))


def make_loss(risk: Risk, *, actor, stage: str = Levels.Stage.CURRENT, **said) -> LossScenario:
    """An estimate of `risk`: once in two to eight years, 100,000 to 2,000,000 of lost production, response beside it."""
    believable = {
        "often": "PERT",
        "low_per_year": Decimal("0.125"),
        "mode_per_year": Decimal("0.25"),
        "high_per_year": Decimal("0.5"),
        "losses": [
            LossPart("PRODUCTIVITY", Decimal("100000.00"), Decimal("2000000.00"), source="Two stops of 2024"),
            LossPart("RESPONSE", Decimal("20000.00"), Decimal("90000.00"), mode=Decimal("40000.00")),
        ],
        "source": "Incident log of five years",
    }
    return loss_scenarios.estimate(risk, stage, actor=actor, **(believable | said))


def make_exception(risk: Risk, *, by, **said) -> RiskException:
    """A proposed acceptance of `risk` by `by`, for ninety days, of which nobody has signed anything yet."""
    today = organisations.today()
    believable = {
        "title": "Shared sign-ins on operator panels",
        "reason_kind": "TIME",
        "reason": "New panels arrive in spring",
        "compensating_control": "The hall is locked and watched",
        "starts_on": today,
        "ends_on": today + timedelta(days=90),
        "owner": by,
    }
    kind = said.pop("kind", "RISK_ACCEPTANCE")
    return exceptions.propose(risk, kind, actor=by, **(believable | said))


def sign(subject, *people, **given):
    """Let each of `people` sign `subject` as it stands, with a factor given this moment."""
    for person in people:
        standing = signatures.sign(subject, actor=User.objects.get(pk=person.pk), factor_at=clock.now(), **given)
    subject.refresh_from_db()
    return standing
