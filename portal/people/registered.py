"""Which kinds this room adds to the registry."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects


def _no_page(_subject) -> str:
    """Has no page of its own."""
    return ""


subjects.register(
    subjects.Subject(
        kind="user",
        model="people.User",
        word=_("person"),
        plural=_("people"),
        resource="users",
        page="people:person",
        url=_no_page,
        label=lambda user: user.name,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="unit",
        model="people.Unit",
        word=_("unit"),
        plural=_("units"),
        resource="units",
        page="offices:unit",
        url=_no_page,
        label=lambda unit: unit.name,
        unit=lambda unit: unit,
    )
)
subjects.register(
    subjects.Subject(
        kind="organisation",
        model="people.Organisation",
        word=_("organisation"),
        plural=_("organisations"),
        resource="organisation",
        url=_no_page,
        label=lambda organisation: organisation.name,
        unit=lambda _organisation: None,
    )
)
subjects.register(
    subjects.Subject(
        kind="appointment-proposal",
        model="people.AppointmentProposal",
        word=_("change of a seat"),
        plural=_("changes of seats"),
        resource="appointment-proposals",
        page="offices:proposal",
        url=lambda proposal: proposal.get_absolute_url(),
        label=str,
        unit=lambda proposal: None,
        related=("holder", "substitute", "proposed_by", "settled_by"),
    )
)
subjects.register(
    subjects.Subject(
        kind="delegation",
        model="people.Delegation",
        word=_("delegation"),
        plural=_("delegations"),
        resource="delegations",
        url=lambda delegation: reverse("offices:delegations"),
        label=str,
        unit=lambda delegation: None,
        related=("delegator", "delegate"),
    )
)
subjects.register(
    subjects.Subject(
        kind="departure",
        model="people.Departure",
        word=_("departure"),
        plural=_("departures"),
        resource="departures",
        page="offices:departure",
        url=lambda departure: departure.get_absolute_url(),
        label=str,
        unit=lambda departure: None,
        related=("person", "handed_over_by"),
    )
)
