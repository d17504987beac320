"""Evidence: adding it to a control or a treatment, taking it back, and reminding before that of a control runs out.

What stale evidence lowers is worked out where a score is (`control_effect.operating_today`); no row holds it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit, files
from risks import proof
from risks.errors import AnswerWithEvidence, EvidenceTakenBack, ProvesNothingNow
from risks.models import Control, Evidence, Treatment
from risks.signals import risk_changed

REVIEW = "control.evidence"
LONGEST_FACT = 20_000  # characters of its JSON
TAKES_EVIDENCE = (Treatment.State.APPROVED, Treatment.State.DONE)

Proved = Control | Treatment


@dataclass(frozen=True)
class Described:
    """What is said of any evidence: its title, when it was collected, and through which day it holds (None: for ever, which only
    the evidence of a treatment does)."""

    title: str
    collected_on: date
    valid_until: date | None = None


@transaction.atomic
def add_file(subject: Proved, stream: BinaryIO, name: str, said: Described, *, actor: Any, content_type: str = "") -> Evidence:
    """Raises ProvesNothingNow, Invalid by field, also for an empty file or one over the limit of attachments."""
    subject = _open(subject, said)
    file = files.store(stream, name, content_type, actor=actor, limit=settings.ATTACHMENT_LIMIT)
    if not file.size:
        raise Invalid(_("Some answers do not fit yet."), {"file": [_("This file is empty. Choose another.")]})
    kind = "control" if isinstance(subject, Control) else "treatment"
    files.hang_on(file, kind, subject.pk)
    return _keep(subject, said, actor, kind=Evidence.Kind.FILE, file=file, sha256=file.sha256)


@transaction.atomic
def add_link(subject: Proved, link: str, said: Described, *, actor: Any) -> Evidence:
    """Raises ProvesNothingNow, Invalid by field."""
    subject = _open(subject, said)
    link = link.strip()
    parts = _split(link)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or len(link) > 500:
        raise Invalid(_("Some answers do not fit yet."), {"link": [_("Give a whole address, from https:// on.")]})
    return _keep(subject, said, actor, kind=Evidence.Kind.LINK, link=link, sha256=_digest(link.encode()))


@transaction.atomic
def add_fact(subject: Proved, fact: Mapping[str, Any], said: Described, *, actor: Any) -> Evidence:
    """What a system measured, as an object of JSON. Raises ProvesNothingNow, Invalid by field."""
    subject = _open(subject, said)
    plain = proof.canonical(fact) if isinstance(fact, Mapping) and fact else b""
    if not plain or len(plain) > LONGEST_FACT or b"\\u0000" in plain:
        raise Invalid(_("Some answers do not fit yet."), {"fact": [_("Send an object of at most 20,000 characters.")]})
    return _keep(subject, said, actor, kind=Evidence.Kind.FACT, fact=dict(fact), sha256=_digest(plain))


@transaction.atomic
def take_back(evidence: Evidence, *, actor: Any, reason: str) -> Evidence:
    """This does not prove it after all; it stays on record. Raises EvidenceTakenBack, ProvesNothingNow once its treatment is
    done, Invalid without a reason."""
    subject = _locked(evidence.subject)
    evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
    if evidence.withdrawn_at is not None:
        raise EvidenceTakenBack
    if isinstance(subject, Treatment) and subject.state == Treatment.State.DONE:
        raise ProvesNothingNow(subject)
    reason = reason.strip()
    if not reason or len(reason) > 300:
        raise Invalid(_("Some answers do not fit yet."), {"reason": [_("Say in at most 300 characters why it proves nothing.")]})
    evidence.withdrawn_at, evidence.withdrawn_by, evidence.withdrawing_reason = clock.now(), actor, reason
    evidence.version += 1
    evidence.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawing_reason", "version"])
    audit.record(actor, "evidence.taken_back", evidence, _of(subject), text=reason)
    _told(subject, "evidence.taken_back", actor)
    return evidence


def remind(control: Control, *, actor: Any) -> None:
    """Let the review of a control's evidence stand on its last good day, with whoever owns the control; none where nobody does,
    where there is no evidence yet, or where it is not needed any more. The caller has locked it."""
    until = Control.objects.with_evidence_until().get(pk=control.pk).evidence_until
    if until is None or control.owner is None or control.state == Control.State.RETIRED:
        reviews.cancel(control, REVIEW, actor=actor)
    else:
        reviews.schedule(control, REVIEW, until, [], owner=control.owner, actor=actor)


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """Words prove nothing: only new evidence moves the day."""
    raise AnswerWithEvidence(Control.objects.get(pk=review.subject_id))


def sides(pairs: Any) -> dict[tuple[int, int], str]:
    """On whose side each (control id, owner id) stands: that of the office which runs the control."""
    offices = dict(Control.objects.filter(pk__in={pk for pk, _owner in pairs}).values_list("pk", "office"))
    return {(pk, owner): "CISO" if offices.get(pk) == "SECURITY" else "CIO" for pk, owner in pairs}


def _open(subject: Proved, said: Described) -> Proved:
    """The locked subject, where it still takes evidence and what is said of it fits."""
    subject = _locked(subject)
    over = subject.state == Control.State.RETIRED if isinstance(subject, Control) else subject.state not in TAKES_EVIDENCE
    if over:
        raise ProvesNothingNow(subject)
    wrong: dict[str, list[str]] = {}
    if not said.title.strip() or len(said.title.strip()) > 200:
        wrong["title"] = [_("Say in at most 200 characters what it shows.")]
    if said.collected_on > organisations.today():
        wrong["collected_on"] = [_("It cannot be from a day to come.")]
    if said.valid_until is None and isinstance(subject, Control):
        wrong["valid_until"] = [_("Say through which day it holds.")]
    elif said.valid_until is not None and said.valid_until < said.collected_on:
        wrong["valid_until"] = [_("It holds at least through the day it was collected.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    return subject


def _locked(subject: Proved) -> Proved:
    rows = type(subject).objects.select_related("owner")
    return rows.select_for_update(of=("self",)).get(pk=subject.pk)


def _keep(subject: Proved, said: Described, actor: Any, **content: Any) -> Evidence:
    of = {"control": subject} if isinstance(subject, Control) else {"treatment": subject}
    evidence = Evidence.objects.create(
        title=said.title.strip(),
        collected_on=said.collected_on,
        valid_until=said.valid_until,
        collected_by=actor,
        known_at=clock.now(),
        **of,
        **content,
    )
    audit.record(actor, "evidence.added", evidence, {**_of(subject), "kind": evidence.kind, "sha256": evidence.sha256})
    _told(subject, "evidence.added", actor)
    return evidence


def _of(subject: Proved) -> dict[str, int]:
    return {"control" if isinstance(subject, Control) else "treatment": subject.pk}


def _told(subject: Proved, cause: str, actor: Any) -> None:
    """The reviews and scores that depend on the evidence of a control."""
    if not isinstance(subject, Control):
        return
    remind(subject, actor=actor)
    risk_ids = list(subject.risk_links.order_by("risk").values_list("risk", flat=True).distinct())
    if risk_ids:
        risk_changed.send(Evidence, risk_ids=risk_ids, cause=cause)


def _split(link: str) -> Any:
    try:
        return urlsplit(link)
    except ValueError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
