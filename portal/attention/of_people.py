"""What attention says of people: news of seats and delegations, and whose reviews pass to whom."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.attention import news, reviews
from portal.attention.models import Reminder, Review
from portal.people import announcements, delegations, explained, holdings, leaving, proposals
from portal.people.holdings import Group, Way
from portal.people.models import Appointment, User

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


def _of_a_departure(reminder: Reminder) -> str:
    return _("They left, and something they held passed to you or stays in your line. See what went to whom.")


def _of_what_is_left(reminder: Reminder) -> str:
    count = reminder.params["count"]
    told = ngettext(
        "The account is closed, and %(count)d thing waits for somebody in their place. Hand it over.",
        "The account is closed, and %(count)d things wait for somebody in their place. Hand them over.",
        count,
    )
    return told % {"count": count}


def _hand_over(reminder: Reminder) -> str:
    return reverse("offices:hand-over", args=[reminder.subject_id])


def register() -> None:
    """Once, in the app's ready()."""
    for kind in _SENTENCES:
        news.word_with(kind, "appointment-proposal", _of_a_seat)
    for kind in (delegations.NAMED, delegations.ENDED):
        news.word_with(kind, "delegation", _of_a_delegation)
    news.word_with(leaving.LEFT, "departure", _of_a_departure)
    news.word_with(leaving.LEFT_BEHIND, "user", _of_what_is_left, at=_hand_over)
    announcements.carry_with(news.bring)
    explained.explain_with("review", lambda user, row: ["about"])
    explained.explain_with("reminder", lambda user, row: ["recipient"])
    for group in _HELD:
        holdings.register(group)


def _pass_review(row: Review, *, person: User, successor: User, actor: Any) -> None:
    reviews.entrust(row, successor, actor=actor)


def _unname(row: Review, *, person: User, successor: None, actor: Any) -> None:
    reviews.unname(row, person, actor=actor)


_HELD = (
    Group(
        key="reviews",
        label=gettext_lazy("Reviews they answer"),
        rows=lambda person: Review.objects.open().filter(owner=person),
        way=Way.SUCCESSOR,
        pass_on=_pass_review,
        kind="review",
        word=gettext_lazy("Those of a risk that passes on go with it."),
        order=60,
    ),
    Group(
        key="named-on-reviews",
        label=gettext_lazy("Reviews they are named on"),
        rows=lambda person: Review.objects.open().filter(pk__in=Review.people.through.objects.filter(user=person).values("review")),
        way=Way.ENDS,
        pass_on=_unname,
        kind="review",
        word=gettext_lazy("They are told no longer; who answers them stays."),
        order=65,
    ),
)
