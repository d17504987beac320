"""The forms around seats."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people import aides, organisations, proposals, roles
from portal.people.models import Appointment, RoleAssignment, User


def able_to_sit():
    """People who may fill a seat."""
    apart = RoleAssignment.objects.filter(role__in=roles.NEVER_SEATED, ended_at=None).values("user")
    return people().exclude(pk__in=apart)


def people():
    """Everybody who works here."""
    return User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")


class Day(forms.DateInput):
    """A day, chosen by the browser's own calendar."""

    input_type = "date"

    def __init__(self, **options: Any):
        super().__init__(format="%Y-%m-%d", **options)


class ProposalForm(forms.Form):
    """Who shall sit where, from when."""

    seat = forms.ChoiceField(label=_("Which seat?"), choices=Appointment.Seat)
    holder = forms.ModelChoiceField(
        label=_("Who shall fill it?"), queryset=able_to_sit(), required=False, empty_label=_("nobody: leave it vacant")
    )
    substitute = forms.ModelChoiceField(
        label=_("Who stands in?"),
        queryset=able_to_sit(),
        required=False,
        empty_label=_("nobody"),
        help_text=_("Acts while the seat is vacant, or where its holder fills another one already."),
    )
    from_on = forms.DateField(label=_("From which day on?"), widget=Day())
    reason = forms.CharField(
        label=_("Why?"), required=False, max_length=proposals.REASON_CHARACTERS, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["from_on"].initial = organisations.today


class ReasonForm(forms.Form):
    """Why a proposal is refused or taken back."""

    reason = forms.CharField(label=_("Why?"), max_length=proposals.REASON_CHARACTERS, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(widget=forms.HiddenInput)


class AideForm(forms.Form):
    """Who prepares for one's seat, or advises it."""

    seat = forms.ChoiceField(label=_("For which seat?"), choices=Appointment.Seat)
    person = forms.ModelChoiceField(label=_("Whom?"), queryset=people(), empty_label=_("choose"))
    role = forms.ChoiceField(
        label=_("As what?"),
        choices=[(role, role.label) for role in aides.ROLES],
        help_text=_("A preparer sees and drafts for the seat, counsel reads and advises; neither signs."),
    )

    def __init__(self, *args: Any, seats: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["seat"].choices = [(seat, label) for seat, label in Appointment.Seat.choices if seat in seats]
