"""What is kept of every risk when a day begins, what the register of then lets through, and what was told late."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.archive import looking_back
from portal.archive.looking_back import Fact, Facts, Late
from portal.archive.models import KeptMoment
from portal.people.reach import grants
from portal.web import shown
from risks import hidden, wording
from risks.filters import NO_BAND
from risks.models import IncidentLoss, Rating, Reading, Risk
from risks.models.score import Agreement

BANDS = {key: wording.BANDS[key] for key in reversed(wording.BANDS)}  # the worst first
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FLAGS: Mapping[str, Callable[[Facts], bool]] = {
    "above_tolerance": lambda facts: bool(facts["above_tolerance"]),
    "safety": lambda facts: bool(facts["safety"]),
    "differ": lambda facts: facts["agreement"] == Agreement.DIFFERENT,
}


def stands(facts: Facts) -> bool:
    """Open, and not taken out of the register."""
    return facts["state"] == Risk.State.OPEN and facts["archived_at"] is None


def narrows(name: str, told: str) -> Callable[[Facts], bool] | None:
    """The filters that figures of then lead to, as the register of today calls them."""
    if name in FLAGS and told == "1":
        return FLAGS[name]
    if name == "band":
        return lambda facts: (facts["band"] or NO_BAND) == told
    if name in ("likelihood", "impact") and told.isdecimal():
        return lambda facts: facts["score"] is not None and facts[name] == int(told)
    if name == "owner" and told == "none":
        return lambda facts: not facts["accountable"]
    if name == "review_before":
        return lambda facts: facts["review_due_on"] is not None and facts["review_due_on"] < told
    if name in ("unit", "units"):
        return lambda facts: any(f"/{one}/" in facts["path"] for one in told.split(","))
    return None


def besides(
    user: Any, facts: Mapping[int, Facts], seen: Sequence[int], holds: Callable[[Facts], bool], is_whole: bool
) -> tuple[list[Facts], bool]:
    """The risks of then in the units of `user` that they may not open today. Confidential ones count one by one in the whole of
    a scope, and elsewhere in the fixed groups of risks/hidden.py alone; and whether some may be left out."""
    told, mine = grants(user), set(seen)
    paths = ("/",) if told.everywhere else told.unit_paths
    if told.opens_confidential or not paths:
        return [], False
    unseen = {pk: one for pk, one in facts.items() if pk not in mine and one["archived_at"] is None}
    gone = [one for one in unseen.values() if not one["confidential"] and one["path"].startswith(paths) and holds(one)]
    closed = tuple(_hidden(pk, one) for pk, one in sorted(unseen.items()) if one["confidential"])
    shut = hidden.HiddenRisks(closed, hidden.in_groups(closed)).within(paths)

    def test(one: hidden.Hidden) -> bool:
        return holds(unseen[one.id])

    counted = list(filter(test, shut.all)) if is_whole else shut.where(test)
    return gone + [unseen[one.id] for one in counted], shut.are_there and not is_whole


def _hidden(pk: int, facts: Facts) -> hidden.Hidden:
    """As it counts: its place, state, band and cell."""
    values = {name: None if facts[name] is None else Decimal(str(facts[name])) for name in ("inherent", "score", "residual")}
    return hidden.Hidden(
        pk,
        facts["path"],
        facts["state"],
        facts["accountable"],
        None if facts["review_due_on"] is None else date.fromisoformat(facts["review_due_on"]),
        LONG_AGO,  # when it was logged moves it in no group
        facts["likelihood"],
        facts["impact"],
        values["inherent"],
        values["score"],
        values["residual"],
        facts["band"],
        facts["above_tolerance"],
        facts["safety"],
        facts["agreement"],
    )


def late(risk: Risk, moment: KeptMoment, user: Any) -> list[Late]:
    """Ratings, readings and losses of before that became known after; three queries."""
    at = moment.kept_at
    ratings = Rating.objects.visible_to(user).filter(risk=risk, given_at__lte=at, known_at__gt=at)
    readings = Reading.objects.visible_to(user).filter(indicator__risk_links__risk=risk, observed_at__lte=at, known_at__gt=at)
    losses = IncidentLoss.objects.visible_to(user).filter(
        incident__risk_links__risk=risk, incident__noticed_at__lte=at, known_at__gt=at
    )
    found = [
        Late(_("Rating"), f"{one.likelihood_level} × {one.impact_level}", one.given_at, one.known_at)
        for one in ratings.order_by("pk")
    ]
    found += [
        Late(one.indicator.name, f"{one.value.normalize():f} {one.indicator.unit_of_measure}", one.observed_at, one.known_at)
        for one in readings.filter(withdrawn_at=None).select_related("indicator").order_by("pk")
    ]
    found += [
        Late(_("Loss"), shown.money_exact(one.amount), one.incident.noticed_at, one.known_at)
        for one in losses.select_related("incident").order_by("pk")
    ]
    return sorted(found, key=lambda one: one.known_at)


looking_back.register(
    looking_back.Kept(
        kind="risk",
        permission="risks.view_risk",
        list_name="risks:register",
        page="risks:risk",
        facts=(
            Fact("number", "number"),
            Fact("score", "score_state__current_value", gettext_lazy("Score"), "points", brief=True),
            Fact("band", "score_state__current_band", gettext_lazy("Band"), words=BANDS, brief=True),
            Fact("likelihood", "score_state__likelihood_level", gettext_lazy("Likelihood"), brief=True),
            Fact("impact", "score_state__impact_level", gettext_lazy("Impact"), brief=True),
            Fact("inherent", "score_state__inherent_value", gettext_lazy("Without controls"), "points"),
            Fact("residual", "score_state__residual_value", gettext_lazy("After plan (residual)"), "points"),
            Fact("above_tolerance", "score_state__is_above_tolerance", gettext_lazy("Above tolerance"), "flag", brief=True),
            Fact("safety", "score_state__is_safety", gettext_lazy("Can hurt people"), "flag"),
            Fact("agreement", "score_state__agreement", gettext_lazy("The offices"), words=dict(Agreement.choices)),
            Fact("state", "state", gettext_lazy("State"), words=dict(Risk.State.choices)),
            Fact("category", "category", gettext_lazy("Kind"), words=dict(Risk.Category.choices)),
            Fact("unit", "unit_id", gettext_lazy("Where"), "unit", brief=True),
            Fact("path", "unit__path"),
            Fact("it_owner", "it_owner_id", gettext_lazy("IT owner"), "person"),
            Fact("security_owner", "security_owner_id", gettext_lazy("Security owner"), "person"),
            Fact("accountable", "accountable", gettext_lazy("Accountable"), words=dict(Risk.Accountable.choices), brief=True),
            Fact("review_due_on", "review_due_on", gettext_lazy("Next review"), "day", brief=True, moves=False),
            Fact("confidential", "is_confidential"),
            Fact("archived_at", "archived_at"),
        ),
        stands=stands,
        texts=(
            ("cause", gettext_lazy("Cause")),
            ("consequence", gettext_lazy("Consequence")),
            ("grounds", gettext_lazy("Grounds")),
            ("closing_reason", gettext_lazy("Why it was closed")),
        ),
        adds="score",
        groups="band",
        narrows=narrows,
        besides=besides,
        scopes=("unit", "units"),
        late=late,
    )
)
