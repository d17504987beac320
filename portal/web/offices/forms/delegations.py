"""Naming who answers for somebody."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.people import organisations
from portal.people.models import Appointment, RoleAssignment, User
from portal.people.roles import PERMISSIONS
from portal.web.offices.forms.seats import Day, people

ANSWERING = sorted(name for name, permissions in PERMISSIONS.items() if "attention.answer_review" in permissions)


def able_to_answer():
    """People whose role lets them answer reviews."""
    holding = RoleAssignment.objects.filter(role__in=ANSWERING, ended_at=None).values("user")
    seated = Appointment.objects.filter(ended_at=None).values("holder")
    return people().filter(Q(pk__in=holding) | Q(pk__in=seated))


class DelegationForm(forms.Form):
    """Who answers for whom, on which days."""

    delegator = forms.ModelChoiceField(label=_("For whom?"), queryset=people(), empty_label=None)
    delegate = forms.ModelChoiceField(label=_("Who answers?"), queryset=able_to_answer(), empty_label=_("choose"))
    from_on = forms.DateField(label=_("From"), widget=Day())
    to_on = forms.DateField(label=_("To, that day included"), widget=Day())

    def __init__(self, *args: Any, user: User, for_others: bool, **options: Any):
        super().__init__(*args, **options)
        self.fields["from_on"].initial = organisations.today
        self.fields["delegator"].initial = user.pk
        if not for_others:
            self.fields["delegator"].queryset = User.objects.filter(pk=user.pk)
            self.fields["delegator"].widget = forms.HiddenInput()
