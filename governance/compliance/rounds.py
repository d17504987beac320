"""The rows of a round of practice ratings: who speaks, what was said, which level counts; ratings and settling build on them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from governance.compliance import current_edition
from governance.compliance.errors import NotYourOffice, OldEdition, SavedOver
from governance.compliance.models import BlindPracticeRating, CountedLevel, Owner, Practice, PracticeRating, PracticeRound
from governance.compliance.models.profile import LEVELS
from portal import clock
from portal.errors import Invalid
from portal.people.reach import grants
from portal.record import audit
from risks import offices
from risks.models import Office

LONGEST_REASON = 500
STAMP = "compliance.practised"  # in the cache: changes with every rating and aim
State, Outcome, Kind = PracticeRound.State, PracticeRound.Outcome, PracticeRating.Kind


def spoken_for(user: Any) -> set[Office]:
    """The offices whose leader's seat `user` fills, themselves or as a substitute."""
    seats = grants(user).seats
    return {office for office, seat in offices.SEAT.items() if seat in seats}


def office_of(actor: Any) -> Office:
    """For which one office `actor` answers. Raises NotYourOffice."""
    spoken = spoken_for(actor)
    found = next((office for office in Office if office in spoken), None)
    if found is None:
        raise NotYourOffice
    return found


def owns(practice: Practice, office: str) -> bool:
    return practice.owner in (office, Owner.BOTH)


def locked(practice: Practice, version: int | None = None) -> Practice:
    """The practice with its round, locked after its edition. Raises OldEdition, SavedOver."""
    current_edition.hold(practice.profile.framework_id)
    found = Practice.objects.select_for_update(of=("self",)).select_related(
        "profile__framework", "profile__unit", "requirement", "round"
    )
    practice = found.get(pk=practice.pk)
    if practice.profile.archived_at is not None:
        raise OldEdition(practice.profile.framework)
    if version is not None and version != practice.version:
        raise SavedOver(practice.version)
    return practice


def under_way(practice: Practice) -> PracticeRound | None:
    """The round that is not settled yet."""
    found = practice.round
    return None if found is None or found.state == State.SETTLED else found


def newest(practice_ids: Any) -> dict[int, dict[str, PracticeRating]]:
    """By practice the newest revealed rating of each office. One query."""
    rows = PracticeRating.objects.filter(practice__in=practice_ids).select_related("rated_by")
    found: dict[int, dict[str, PracticeRating]] = {}
    for row in rows.order_by("practice", "office", "-id").distinct("practice", "office"):
        found.setdefault(row.practice_id, {})[row.office] = row
    return found


def newest_by_office(found: PracticeRound) -> dict[str, PracticeRating]:
    """What each office says now in this round, as far as it was revealed."""
    return {rating.office: rating for rating in found.ratings.select_related("rated_by").order_by("pk")}


def checked(office: str, level: Any, reason: str, *, needs_reason: bool = False) -> str:
    """The reason, tidied. Raises Invalid by field."""
    reason, wrong = " ".join(reason.split()), {}
    if office not in Office.values or level not in LEVELS or isinstance(level, bool):
        wrong["level"] = [_("Choose an office and a level from 0 to 4.")]
    if len(reason) > LONGEST_REASON:
        wrong["reason"] = [_("Keep it under %d characters.") % LONGEST_REASON]
    elif needs_reason and not reason:
        wrong["reason"] = [_("Say why, in a sentence that the other office can answer.")]
    if wrong:
        raise Invalid(_("This rating is not complete."), wrong)
    return reason


def begin(practice: Practice, *, needs_both: bool) -> PracticeRound:
    """A round of `practice`, nobody has rated yet."""
    found = PracticeRound.objects.create(practice=practice, needs_both=needs_both, opened_at=clock.now())
    practice.round = found
    return found


def write(
    found: PracticeRound, kind: str, office: str, level: int, reason: str, actor: Any, given_at: Any = None
) -> PracticeRating:
    """A rating that both can read."""
    now = clock.now()
    return PracticeRating.objects.create(
        practice_id=found.practice_id,
        round=found,
        office=office,
        kind=kind,
        level=level,
        reason=reason,
        rated_by=person(actor),
        given_at=given_at or now,
        known_at=now,
    )


def let_count(practice: Practice, level: int | None, *, differ: bool = False) -> None:
    """Let `level` count from now on; saves the practice with its round, as a new version."""
    if level is not None and level != practice.current_level:
        CountedLevel.objects.create(practice=practice, level=level, known_at=clock.now())
    practice.current_level, practice.offices_differ = level, differ
    save(practice)


def save(practice: Practice) -> None:
    """As `let_count`, where the level stays."""
    practice.version += 1
    practice.save(update_fields=["current_level", "offices_differ", "round", "version"])
    told_anew()


def told_anew() -> None:
    """What Today remembers of practices is read again once this is committed."""
    transaction.on_commit(partial(cache.set, STAMP, get_random_string(16), None))


def settle(found: PracticeRound, practice: Practice, outcome: str, level: int | None, actor: Any) -> None:
    """End the round with the level that counts. The caller holds the practice."""
    found.state, found.outcome, found.settled_at = State.SETTLED, outcome, clock.now()
    found.save(update_fields=["state", "outcome", "settled_at"])
    audit.record(actor, "practice.settled", practice, {"round": found.pk, "outcome": outcome, "level": level})
    let_count(practice, level)


def end(found: PracticeRound, practice: Practice, actor: Any) -> None:
    """End a round that is blind yet: what was said goes unread, and the round before it stands again."""
    BlindPracticeRating.objects.filter(round=found).delete()
    practice.round = practice.rounds.exclude(pk=found.pk).exclude(outcome=Outcome.ENDED).order_by("-pk").first()
    settle(found, practice, Outcome.ENDED, practice.current_level, actor)


def hand_over(practice: Practice, actor: Any) -> None:
    """An office gave its say away: what was blind goes unread; where they differed, what the owner says counts. What one office
    rated alone runs its days to the end. The caller holds and saves the practice."""
    found = under_way(practice)
    if found is None or found.state == State.OBJECTABLE:
        return
    if found.state == State.OPEN:
        end(found, practice, actor)
    else:
        settle(found, practice, Outcome.LEFT, newest_by_office(found)[practice.owner].level, actor)


def levels_of(ratings: Mapping[str, PracticeRating]) -> dict[str, int]:
    return {office: one.level for office, one in sorted(ratings.items())}


def person(actor: Any) -> Any:
    return actor if actor is not None and actor.pk else None
