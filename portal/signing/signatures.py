"""The verbs: ask offices to sign a subject, sign, refuse. The only way to a signature, whatever door it comes through.

Who signs: whoever fills a seat today, or its substitute and shown as such; never a delegate. A signature is bound to what the
subject says, by digest: when that changes, it no longer holds, and nothing has to be flipped.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from portal import at_once, clock, subjects
from portal.attention import news
from portal.errors import Invalid
from portal.people import announcements, appointments, roles
from portal.people.freshness import FRESH_FOR
from portal.people.reach import grants
from portal.record import audit
from portal.signing import content, registry
from portal.signing import standing as standings
from portal.signing.errors import (
    FactorTooOld,
    MovedSinceRead,
    NeverSigns,
    NotAsked,
    NotYourSignature,
    OwnProposalAlone,
    SignedAlready,
    TwoSeats,
)
from portal.signing.models import Signature, SignatureRequest, SignedContent, SignedOff, VoidedSignature
from portal.signing.standing import SEATS, Slot, Standing

SIGN = "signing.sign"
ASKED, SIGNED_OFF, REFUSED = registry.ASKED, registry.SIGNED_OFF, registry.REFUSED
NEVER_SIGN = roles.NEVER_SEATED | {"COUNSEL", "BOARD"}
LONGEST_REASON = 2000
standing = standings.of


@transaction.atomic
def ask(subject: Any, slots: Iterable[str | Sequence[str]], *, actor: Any) -> SignatureRequest:
    """Let these offices sign `subject`, a different person in each; a slot may name several, of which one signs. Asking for
    the same again changes nothing. ValueError for an office nobody knows."""
    wanted = [[slot] if isinstance(slot, str) else list(slot) for slot in slots]
    unknown = {office for slot in wanted for office in slot} - SEATS - registry.offices.keys()
    if unknown or not wanted or not all(wanted):
        raise ValueError(f"Nobody signs as {sorted(unknown)}")
    subject = _locked(subject)
    found = standing(subject)
    if found.request is not None and found.request.slots == wanted:
        return found.request
    request = SignatureRequest.objects.create(
        subject_kind=found.kind, subject_id=subject.pk, slots=wanted, asked_by=actor, asked_at=clock.now()
    )
    audit.record(actor, ASKED, subject, {"slots": wanted})
    announcements.tell(subject, ASKED, set(able(standing(subject)).values()) - {actor.pk if actor else None})
    return request


@transaction.atomic
def sign(subject: Any, *, actor: Any, factor_at: datetime | None, digest: str | None = None, office: str | None = None) -> Standing:
    """Sign `subject` as it stands for one office that the actor fills; the last signature tells the subject's kind.

    `factor_at` is when the second factor was given, `digest` what the actor read (None: checked by the caller). Raises NeverSigns,
    FactorTooOld, NotAsked, MovedSinceRead, NotYourSignature, SignedAlready, TwoSeats, OwnProposalAlone, and what the kind refuses.
    """
    found, given, as_substitute = _answerable(subject, actor, factor_at, digest, office)
    if _alone(found, actor):
        raise OwnProposalAlone
    _write(found, Signature.Kind.SIGNED, given, actor, as_substitute, factor_at)
    audit.record(actor, "signing.signed", found.subject, {"office": given, "digest": found.digest, "substitute": as_substitute})
    news.settle(found.subject, ASKED, [actor.pk])
    after = standing(found.subject)
    if not after.is_signed or after.signed_off_at is not None:
        return after
    required = registry.of_kind(found.kind).required
    if required is not None and not _covers(after, slots := required(found.subject)):
        ask(found.subject, slots, actor=None)
    else:
        _sign_off(after, actor)
    return standing(_locked(subject))


@transaction.atomic
def refuse(
    subject: Any, reason: str, *, actor: Any, factor_at: datetime | None, digest: str | None = None, office: str | None = None
) -> Standing:
    """Say no for one's office, for a reason its proposer can answer. Raises as `sign`, and Invalid without a reason."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        sentence = _("Say why, in at most %d letters.") % LONGEST_REASON
        raise Invalid(sentence, {"reason": [sentence]})
    found, given, as_substitute = _answerable(subject, actor, factor_at, digest, office)
    _write(found, Signature.Kind.REFUSED, given, actor, as_substitute, factor_at, reason)
    audit.record(actor, REFUSED, found.subject, {"office": given, "digest": found.digest}, text=reason)
    news.settle(found.subject, ASKED, [actor.pk])
    proposer = registry.of_kind(found.kind).proposed_by(found.subject)
    announcements.tell(found.subject, REFUSED, {proposer} - {actor.pk, None})
    return standing(found.subject)


def say_no(subject: Any, reason: str, **given: Any) -> Standing:
    """`refuse`, at the doors that all kinds share. Raises as it does, and what the kind refuses whose offices answer elsewhere."""
    if (check_no := registry.of_kind(subjects.kind_of(subject)).check_no) is not None:
        check_no(subject)
    return refuse(subject, reason, **given)


def void(seat: str, person_id: int, *, actor: Any) -> int:
    """What this person answered for `seat` and not all have signed yet falls away: somebody else fills the seat now."""
    off = SignedOff.objects.filter(
        subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), content=OuterRef("content")
    )
    known = VoidedSignature.objects.filter(signature=OuterRef("pk"))
    open_now = Signature.objects.filter(~Exists(off), ~Exists(known), office=seat, signed_by=person_id)
    return len(VoidedSignature.objects.bulk_create(VoidedSignature(signature=one, voided_at=clock.now()) for one in open_now))


def signs(user: Any) -> bool:
    """Whether `user` may sign at all, for whatever office they fill."""
    return user.is_active and not user.is_service and user.has_perm(SIGN) and not grants(user).names & NEVER_SIGN


def may_answer(found: Standing, user: Any) -> list[str]:
    """The offices for which `user` may still sign or refuse `found`; a refusal may yet be turned into a signature."""
    if found.signed_off_at is not None or not signs(user):
        return []
    return [] if found.signed_by(user.pk) else _offices_of(found, user)


def waiting_for(user: Any, most: int = 50) -> list[Standing]:
    """What waits for a signature of `user`: an office of theirs that has neither signed nor refused it as it stands."""
    return [found for found in unsigned_before(user, most) if waits_for(found, user)]


def unsigned_before(user: Any, most: int = 50) -> list[Standing]:
    """What `user`, who may sign, sees of all that may wait for a signature, whoever is asked; the first `most` of each kind."""
    if not signs(user):
        return []
    unsigned = {kind: signable.unsigned() for kind, signable in registry.all_kinds().items()}
    wanted = {}
    for kind in [kind for kind, count in at_once.counts(unsigned).items() if count]:
        rows = subjects.of_kind(kind).visible_to(user).filter(pk__in=unsigned[kind].order_by().values("pk"))
        wanted |= {(kind, row.pk): row for row in rows.order_by("pk")[:most]}
    return list(standings.read(wanted).values())


def _covers(found: Standing, slots: Sequence[Sequence[str]]) -> bool:
    signed = {slot.signature.office for slot in found.slots if slot.signature is not None}
    return all(signed & set(slot) for slot in slots)


def waits_for(found: Standing, user: Any) -> bool:
    """Whether an office that `user` fills has neither signed nor refused it as it stands."""
    refused = {one.office for one in found.refusals}
    return bool(set(may_answer(found, user)) - refused) and not _alone(found, user)


def waits_for_others(found: Standing, user: Any) -> bool:
    """Whether `user`, who is asked as well or proposed it, has done their part and other offices have not answered yet."""
    if found.request is None or found.signed_off_at is not None or waits_for(found, user):
        return False
    mine = grants(user).seats | {office for office, person in dict(found.holders).items() if person == user.pk}
    is_mine = any(mine & set(slot.offices) for slot in found.slots)
    is_mine = is_mine or registry.of_kind(found.kind).proposed_by(found.subject) == user.pk
    return is_mine and any(slot.refusal is None for slot in found.missing)


def _alone(found: Standing, user: Any) -> bool:
    return len(found.slots) == 1 and registry.of_kind(found.kind).is_word_of(found.subject, user.pk)


def _offices_of(found: Standing, user: Any) -> list[str]:
    """Those of the missing slots that `user` fills."""
    mine = grants(user).seats | {office for office, person in dict(found.holders).items() if person == user.pk}
    return [office for slot in found.missing for office in slot.offices if office in mine]


def able(found: Standing) -> dict[str, int]:
    """Office → person who fills it today, over the missing slots."""
    filled = {seat: who.person.pk for seat, who in appointments.filled().items()} | dict(found.holders)
    return {office: filled[office] for slot in found.missing for office in slot.offices if office in filled}


def who_could(slot: Slot, found: Standing, filled: dict[str, appointments.Filled]) -> list[tuple[str, Any, bool]]:
    """(office, person or id, whether as substitute) for whoever may give the signature of a slot today."""
    seats = [(office, filled[office].person, filled[office].as_substitute) for office in slot.offices if office in filled]
    return seats + [(office, person, False) for office, person in dict(found.holders).items() if office in slot.offices]


def _answerable(subject: Any, actor: Any, factor_at: datetime | None, digest: str | None, office: str | None):
    """The locked subject's standing, the office the actor answers for, and whether as its substitute."""
    if not signs(actor):
        raise NeverSigns
    now = clock.now()
    if factor_at is None or not now - FRESH_FOR < factor_at <= now:
        raise FactorTooOld
    subject = _locked(subject)
    with connection.cursor() as cursor:  # nobody's seat changes hands until this is committed; signers do not wait for each other
        cursor.execute("SELECT pg_advisory_xact_lock_shared(1129270851, 3)")
    filled = appointments.filled()
    found = standing(subject)
    if found.request is None:
        raise NotAsked
    registry.of_kind(found.kind).check(subject)
    if digest is not None and digest != found.digest:
        raise MovedSinceRead
    mine = {seat for seat, who in filled.items() if who.person.pk == actor.pk}
    mine |= {one for one, person in dict(found.holders).items() if person == actor.pk}
    if found.signed_off_at is not None:
        raise SignedAlready
    open_offices = [one for slot in found.missing for one in slot.offices if one in mine and office in (None, one)]
    if found.signed_by(actor.pk):
        raise TwoSeats if open_offices else SignedAlready
    if not open_offices:
        raise NotYourSignature(", ".join(slot.words for slot in found.missing))
    given = open_offices[0]
    return found, given, given in filled and filled[given].as_substitute


def _write(found: Standing, kind: str, office: str, actor: Any, as_substitute: bool, factor_at: Any, reason: str = "") -> None:
    SignedContent.objects.bulk_create(
        [SignedContent(digest=found.digest, content=content.of(found.subject))], ignore_conflicts=True
    )
    Signature.objects.create(
        request=found.request,
        subject_kind=found.kind,
        subject_id=found.subject.pk,
        kind=kind,
        office=office,
        signed_by=actor,
        as_substitute=as_substitute,
        content_id=found.digest,
        reason=reason,
        factor_at=factor_at,
        signed_at=clock.now(),
    )


def _sign_off(found: Standing, actor: Any) -> None:
    """All have signed: note it once, tell the kind and whoever proposed and signed it."""
    SignedOff.objects.create(subject_kind=found.kind, subject_id=found.subject.pk, content_id=found.digest, at=clock.now())
    audit.record(None, SIGNED_OFF, found.subject, {"digest": found.digest})
    news.settle(found.subject, ASKED)
    signable = registry.of_kind(found.kind)
    people = {slot.signature.signed_by_id for slot in found.slots if slot.signature} | {signable.proposed_by(found.subject)}
    announcements.tell(found.subject, SIGNED_OFF, people - {actor.pk, None})
    signable.signed(found.subject, actor=actor)


def _locked(subject: Any) -> Any:
    """The subject as it stands, locked until the end: of two who sign at once, one comes second."""
    described = subjects.of_kind(subjects.kind_of(subject))
    rows = described.model_class._default_manager.select_related(*described.related)
    return rows.select_for_update(of=("self",), no_key=True).get(pk=subject.pk)
