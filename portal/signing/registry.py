"""Which kinds of subjects are signed: each app names its kinds once, in its ready()."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import subjects
from portal.attention import news
from portal.people.models import Appointment
from portal.record import redacting

ASKED, SIGNED_OFF, REFUSED = "signing.asked", "signing.signed_off", "signing.refused"
Word = str | Promise
Holders = Callable[[Sequence[Any]], Mapping[int, Mapping[str, int]]]  # subjects → id → office → person (id)


def _nobody(_subjects: Sequence[Any]) -> Mapping[int, Mapping[str, int]]:
    """Only seats sign this kind."""
    return {}


@dataclass(frozen=True)
class Signable:
    """One kind that is signed; `portal.subjects` knows its material content. Functions take an instance unless said otherwise.

    `unsigned` finds the rows that may wait for a signature; `check` refuses where nothing can be signed any more; `signed` is
    called in the transaction in which the last office signs, once for each content, and `redacted` in the one in which words of
    what all had signed go, which stays signed. Where `required` names slots, they are asked
    once more before that: what is not covered by then is asked as well, and waits. `check_no` refuses a bare no to a kind whose
    offices say more than a reason.
    """

    kind: str
    proposed_by: Callable[[Any], int | None]  # person (id)
    unsigned: Callable[[], QuerySet]
    signed: Callable[..., None]  # (subject, *, actor)
    check: Callable[[Any], None] = lambda subject: None
    redacted: Callable[[Any], None] = lambda subject: None
    check_no: Callable[[Any], None] | None = None
    required: Callable[[Any], Sequence[Sequence[str]]] | None = None
    holders: Holders = _nobody  # offices beside the seats
    words: Mapping[str, Word] = field(default_factory=dict)  # of the material fields
    say: Callable[[str, Any], str] = lambda name, value: "" if value is None else str(value)  # (field, value) as people read it
    answered_at: Callable[[Any], str] | None = None  # the page where offices answer, for a kind that has one of its own
    written_by: Callable[[Any], int | None] = lambda subject: None  # whose words it holds beside its proposer's, person (id)

    def is_word_of(self, subject: Any, person_id: int) -> bool:
        """Whether this person proposed it, or wrote what is to be signed: nobody signs own words alone."""
        return person_id in (self.proposed_by(subject), self.written_by(subject))


_signables: dict[str, Signable] = {}
offices: dict[str, Word] = {}  # offices beside the seats, by key


def register(signable: Signable) -> None:
    """Once per kind. Raises ValueError when the kind is taken, or has no material content to bind a signature to."""
    if signable.kind in _signables:
        raise ValueError(f"{signable.kind} is registered already")
    if subjects.of_kind(signable.kind).material is None:
        raise ValueError(f"{signable.kind} has no material content")
    _signables[signable.kind] = signable
    redacting.add(
        redacting.Beside(
            kind=signable.kind,
            name="signatures.reason",
            label=gettext_lazy("Reasons of offices that refused to sign"),
            model="signing.Signature",
            field="reason",
            rows=lambda kind, pk: {"subject_kind": kind, "subject_id": pk},
        )
    )
    for news_kind in (ASKED, SIGNED_OFF, REFUSED):
        news.word_with(news_kind, signable.kind, lambda reminder: _sentence(reminder.kind))


def name_office(key: str, word: Word) -> None:
    """An office that is no seat, as the head of a unit."""
    offices[key] = word


def office_word(office: str) -> str:
    """A seat or another office as people call it."""
    if office in Appointment.Seat.values:
        return str(Appointment.Seat(office).label)
    return str(offices.get(office, office))


def all_kinds() -> Mapping[str, Signable]:
    return _signables


def of_kind(kind: str) -> Signable:
    """Raises Http404 for a kind that nobody signs: kinds come from URLs."""
    try:
        return _signables[kind]
    except KeyError:
        raise Http404 from None


def _sentence(reminder_kind: str) -> str:
    if reminder_kind.startswith(ASKED):
        return _("This waits for your signature.")
    if reminder_kind.startswith(SIGNED_OFF):
        return _("All have signed this as it stands.")
    return _("An office refused to sign this. Read why, and change it or take it back.")
