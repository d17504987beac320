"""Verrow's estimates in money: who said on which day how often it happens and what an event costs."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from governance.board.demo import sources
from governance.board.demo.events import Event
from portal.people import organisations
from portal.people.models import User
from risks import loss_scenarios
from risks.loss_parts import Downtime, LossPart
from risks.models import Risk

ESTIMATED = 4500  # their order within a day


def of_verrow(people: Mapping[str, User], made: Mapping[int, Risk], logged: Mapping[int, int]) -> list[Event]:
    """Every estimate on its day; an older one than the portal is entered on the day its risk was logged, with its own date."""
    found = []
    for number, row in enumerate(sources.table("losses")):
        days_ago = min(int(row["days_ago"]), logged[int(row["risk"])])
        found.append(Event(days_ago, ESTIMATED + number, _Estimated(row, people, made, int(row["days_ago"]) - days_ago)))
    return found


class _Estimated:
    def __init__(self, row, people, made, older_by):
        self.row, self.people, self.made, self.older_by = row, people, made, older_by

    def __call__(self) -> None:
        row = self.row
        loss_scenarios.estimate(
            self.made[int(row["risk"])],
            row["stage"],
            actor=self.people[row["by"]],
            often=row["often"],
            low_per_year=Decimal(row["low"]),
            mode_per_year=Decimal(row["mode"]) if row["mode"] else None,
            high_per_year=Decimal(row["high"]),
            vulnerability_share=Decimal(row["share"] or 1),
            secondary_share=Decimal(row["secondary"] or 0),
            losses=[_part(told) for told in row["losses"].split(";")],
            source=row["source"],
            estimated_on=organisations.today() - timedelta(days=self.older_by),
        )


def _part(told: str) -> LossPart:
    """ "FORM|low|mode|high|source|deductible:limit|hours/hours/hours*value+restart+penalty"; "!" marks what follows at times."""
    form, low, mode, high, source, insured, *stop = told.split("|")
    deductible, _, limit = insured.partition(":")
    downtime = _stop(stop[0]) if stop else None
    numbers = downtime.losses if downtime else (low, mode, high)
    least, likeliest, most = (Decimal(each) if each != "" else None for each in numbers)
    return LossPart(
        form=form.removesuffix("!"),
        low=least,
        mode=likeliest,
        high=most,
        is_secondary=form.endswith("!"),
        deductible=Decimal(deductible) if deductible else None,
        limit=Decimal(limit) if limit else None,
        source=source,
        downtime=downtime,
    )


def _stop(told: str) -> Downtime:
    hours, _, rest = told.partition("*")
    return Downtime(*map(Decimal, (*hours.split("/"), *rest.split("+"))))
