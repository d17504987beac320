"""What attention says of people: news of seats and delegations, and whose reviews pass to whom."""

from django.utils.translation import gettext as _

from portal.attention import news
from portal.attention.models import Reminder
from portal.people import announcements, delegations, proposals
from portal.people.models import Appointment

_SENTENCES = {
    proposals.PROPOSED: lambda seat: _("A change of the seat %(seat)s waits for a second person; you may confirm it.") % seat,
    proposals.CONFIRMED: lambda seat: _("A change of the seat %(seat)s was confirmed and takes effect on its day.") % seat,
    proposals.CHANGED: lambda seat: _("The seat %(seat)s changed hands. Its former holder's open answers are void.") % seat,
    proposals.DROPPED: lambda seat: _("The proposed change of the seat %(seat)s will not happen.") % seat,
}


def _of_a_seat(reminder: Reminder) -> str:
    tell = _SENTENCES[reminder.kind.rpartition(".")[0]]
    return tell({"seat": Appointment.Seat(reminder.params["seat"]).label})


def _of_a_delegation(reminder: Reminder) -> str:
    if reminder.kind.startswith(delegations.ENDED):
        return _("This delegation ended before its day.")
    return _("One answers reviews for the other on these days.")


def register() -> None:
    """Once, in the app's ready()."""
    for kind in _SENTENCES:
        news.word_with(kind, "appointment-proposal", _of_a_seat)
    for kind in (delegations.NAMED, delegations.ENDED):
        news.word_with(kind, "delegation", _of_a_delegation)
    announcements.carry_with(news.bring)
