"""What a decision rests on: the things it names, how its risks stood when the seats were asked, and how far they have moved."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from governance.together.models import Decision, DecisionLink
from portal import clock, subjects
from risks import authority
from risks.models import Risk, ScoreState

NAMED = ("risk", "asset", "exception", "treatment", "control")  # what a question may name
LETTERS = {"R": "risk", "A": "asset", "E": "exception", "T": "treatment", "C": "control"}


def lay(decision: Decision, things: Iterable[Any]) -> None:
    """Let `decision` name exactly `things`."""
    wanted = {(subjects.kind_of(thing), thing.pk) for thing in things}
    known = {link.key: link for link in decision.links.all()}
    now = clock.now()
    for key, link in known.items():
        gone = None if key in wanted else link.archived_at or now
        if link.archived_at != gone:
            link.archived_at = gone
            link.save(update_fields=["archived_at"])
    fresh = sorted(wanted - known.keys())
    DecisionLink.objects.bulk_create(DecisionLink(decision=decision, subject_kind=kind, subject_id=pk) for kind, pk in fresh)
    if decision.state != Decision.State.DRAFT:
        note(decision)


def note(decision: Decision) -> None:
    """Write down how its risks stand now: what the seats are asked to rely on."""
    links = list(current_links(decision).filter(subject_kind="risk"))
    states = ScoreState.objects.in_bulk([link.subject_id for link in links])
    for link in links:
        state = states.get(link.subject_id)
        link.band = state.current_band if state else ""
        link.is_above_tolerance = bool(state and state.is_above_tolerance)
        link.other_band_since = None
        link.save(update_fields=["band", "is_above_tolerance", "other_band_since"])


def current_links(decision: Decision):
    return decision.links.filter(archived_at=None)


def things(decision: Decision) -> list[Any]:
    """What it names, whoever asks."""
    found: dict[str, list[int]] = {}
    for link in current_links(decision):
        found.setdefault(link.subject_kind, []).append(link.subject_id)
    return [
        row
        for kind, ids in found.items()
        for row in subjects.of_kind(kind).model_class._default_manager.filter(pk__in=ids).order_by("pk")
    ]


def touches_safety(decision: Decision) -> bool:
    """Whether one of its risks can hurt people."""
    return authority.any_safety(risks_of(decision))


def risks_of(decision: Decision) -> list[int]:
    """The ids of the risks it names, whoever asks."""
    return list(current_links(decision).filter(subject_kind="risk").values_list("subject_id", flat=True))


def needs_care(things: Sequence[Any]) -> bool:
    """A question that rests on something confidential is confidential itself."""
    risks = [thing.pk for thing in things if isinstance(thing, Risk)]
    risks += [thing.risk_id for thing in things if hasattr(thing, "risk_id")]
    return Risk.objects.filter(pk__in=risks, is_confidential=True).exists()


def naming(kind: str, pk: int):
    """The ids of the decisions that name this thing, whoever asks."""
    return DecisionLink.objects.filter(subject_kind=kind, subject_id=pk, archived_at=None).values("decision")


def about(kind: str, ids: Sequence[int], user: Any) -> Mapping[int, list[Decision]]:
    """The decisions that `user` may see about each of `ids`, the newest first: one query."""
    links = DecisionLink.objects.filter(subject_kind=kind, subject_id__in=ids, archived_at=None)
    seen = links.filter(decision__in=Decision.objects.visible_to(user).current()).select_related("decision")
    told: dict[int, list[Decision]] = {}
    for link in seen.order_by("-decision"):
        told.setdefault(link.subject_id, []).append(link.decision)
    return told
