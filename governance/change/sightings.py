"""What came to the inventory where an initiative is at work: it confirms what was declared, or both offices are asked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext as _

from assets.models import Asset
from governance.change import declarations, holding, offices
from governance.change.errors import AnswerAtTheInitiative, NotYourAnswer, SeenSettled
from governance.change.models import DeclaredLine, Initiative, SeenAsset, Stage
from portal import clock, turns
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.record import audit
from risks.models import Office

State, Answer = SeenAsset.State, SeenAsset.Answer
ASKED, ANSWERED = "seen-asset.asked", "seen-asset.answered"
QUESTION = {Office.IT: "initiative.seen-for-it", Office.SECURITY: "initiative.seen-for-security"}  # one an office, of all there
NAMES = {Office.IT: "it", Office.SECURITY: "security"}
ANSWER_WITHIN = 5  # working days
MOST_AT_ONCE = 500


@transaction.atomic
def look() -> int:
    """Attribute what is new in the inventory, each asset to one initiative at most; returns how many. Safe to run twice, and at
    once: whoever comes second waits, and finds nothing left."""
    turns.wait_for("sightings")
    waiting = list(_new_assets().select_related("unit").order_by("pk")[:MOST_AT_ONCE])
    if not waiting:
        return 0
    return sum(_note(initiative, found) for initiative, found in sorted(_attributed(waiting).items(), key=lambda pair: pair[0].pk))


@transaction.atomic
def answer(seen: SeenAsset, said: str, *, actor: Any) -> SeenAsset:
    """Say for one's office whether it belongs to the initiative; where both say the same it is settled. Raises SeenSettled,
    NotYourAnswer, Invalid."""
    initiative = holding.locked(Initiative(pk=seen.initiative_id))
    seen = SeenAsset.objects.select_for_update(of=("self",)).select_related("asset").get(pk=seen.pk)
    seen.initiative = initiative
    if seen.state != State.ASKED:
        raise SeenSettled
    office = offices.voice(actor, initiative)
    if office is None:
        raise NotYourAnswer(initiative)
    if said not in Answer.values:
        sentence = _("Say whether it belongs to the initiative.")
        raise Invalid(sentence, {"answer": [sentence]})
    name = NAMES[office]
    setattr(seen, f"{name}_answer", said)
    setattr(seen, f"{name}_by", actor)
    setattr(seen, f"{name}_at", clock.now())
    seen.version += 1
    if seen.it_answer == seen.security_answer:
        _settle(seen, actor)
    seen.save()
    audit.record(actor, ANSWERED, seen, {"office": office, "answer": said, "state": seen.state})
    for each in Office:
        if not initiative.seen.asked().filter(**{f"{NAMES[each]}_answer": ""}).exists():
            reviews.cancel(initiative, QUESTION[each], actor=actor)
    return seen


def refuse_answer(review: Review, *, actor: Any, note: str) -> None:
    """Both offices are to see the answer, so it is given where the other one reads it."""
    raise AnswerAtTheInitiative(Initiative.objects.get(pk=review.subject_id))


def sides(kind: str, pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """Which seat hears of an answer that stays out."""
    seat = "CIO" if kind == QUESTION[Office.IT] else "CISO"
    return dict.fromkeys(pairs, seat)


def _settle(seen: SeenAsset, actor: Any) -> None:
    seen.settled_at = clock.now()
    if seen.it_answer == Answer.STRANGE:
        seen.state = State.STRANGE
        return
    seen.state, seen.line = State.DECLARED, declarations.add_named(seen.initiative, seen.asset, actor=actor)


def _new_assets():
    """What came after an initiative under way had declared itself, in its unit: of a kind or in a zone that it names."""
    here = DeclaredLine.objects.filter(
        _at_work("initiative__"),
        archived_at=None,
        asset=None,
        act=DeclaredLine.Act.ADDS,
        initiative__declared_at__lte=OuterRef("registered_at"),
    )
    here = here.annotate(path=ExpressionWrapper(OuterRef("unit__path"), CharField())).filter(
        path__startswith=F("initiative__unit__path")
    )
    fits = Q(zone=OuterRef("zone")) & ~Q(zone="") | Q(zone="", kind=OuterRef("kind"))
    there = Asset.objects.exclude(lifecycle=Asset.Lifecycle.DECLARED)
    return there.filter(Exists(here.filter(fits)), archived_at=None, seen_in=None)


def _at_work(prefix: str = "") -> Q:
    done = Q(**{f"{prefix}stage": Stage.LIVE}) | Q(**{f"{prefix}status": Initiative.Status.STOPPED})
    return Q(**{f"{prefix}archived_at": None}) & ~done


def _attributed(assets: Iterable[Asset]) -> Mapping[Initiative, list[tuple[Asset, DeclaredLine | None]]]:
    """Each asset goes to the initiative of the nearest unit, the earliest of these, and there to a line with room; without room it
    was not declared."""
    lines = DeclaredLine.objects.filter(_at_work("initiative__"), archived_at=None, asset=None, act=DeclaredLine.Act.ADDS)
    known = list(lines.select_related("initiative__unit").order_by("initiative__declared_at", "pk"))
    room = Counter({line.pk: line.count for line in known})
    for pk in SeenAsset.objects.filter(line__in=known, asset__archived_at=None).values_list("line", flat=True):
        room[pk] -= 1
    found: dict[Initiative, list[tuple[Asset, DeclaredLine | None]]] = {}
    for asset in assets:
        fitting = [line for line in known if _fits(line, asset)]
        if not fitting:
            continue
        nearest = max(fitting, key=lambda line: len(line.initiative.unit.path)).initiative
        line = next((one for one in fitting if one.initiative == nearest and one.kind == asset.kind and room[one.pk] > 0), None)
        if line is not None:
            room[line.pk] -= 1
        found.setdefault(nearest, []).append((asset, line))
    return found


def _fits(line: DeclaredLine, asset: Asset) -> bool:
    initiative = line.initiative
    if asset.registered_at < initiative.declared_at or not asset.unit.path.startswith(initiative.unit.path):
        return False
    return line.zone == asset.zone if line.zone else line.kind == asset.kind


def _note(initiative: Initiative, found: Sequence[tuple[Asset, DeclaredLine | None]]) -> int:
    initiative = holding.locked(initiative)
    rows = [
        SeenAsset(
            initiative=initiative,
            asset=asset,
            line=line,
            state=State.CONFIRMED if line is not None else State.ASKED,
            seen_at=clock.now(),
        )
        for asset, line in found
    ]
    SeenAsset.objects.bulk_create(rows)
    asked = [row for row in rows if row.state == State.ASKED]
    if asked:
        audit.record_many(None, ASKED, "seen-asset", ((row.pk, {"initiative": initiative.pk}) for row in asked))
        ask_both(initiative)
    counts = Counter(row.state for row in rows)
    audit.record(None, "initiative.seen", initiative, {state.lower(): count for state, count in sorted(counts.items())})
    return len(rows)


def ask_both(initiative: Initiative) -> None:
    """Let both offices say what of all that was seen belongs to it; whoever is asked already is not asked again. The caller has
    locked it."""
    due_on = working_days.after(organisations.today(), ANSWER_WITHIN)
    open_now = Review.objects.open().filter(subject_kind="initiative", subject_id=initiative.pk)
    known = set(open_now.values_list("kind", flat=True))
    for office, leader in offices.leaders(initiative).items():
        if QUESTION[office] not in known:
            reviews.schedule(initiative, QUESTION[office], due_on, [], owner=leader)
