"""Forms over culture: a sheet of counts, a reply of a head, a champion."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.together import culture
from portal.people.models import User
from risks.forms.risk import Answers


class SheetForm(Answers):
    file = forms.FileField(label=_("Counts by department, as CSV"))


class ReplyForm(Answers):
    text = forms.CharField(label=_("What do you say to your numbers?"), max_length=culture.LONGEST_REPLY)


class ChampionForm(Answers):
    unit = forms.ModelChoiceField(label=_("Of which department?"), queryset=None, empty_label=None)
    person = forms.ModelChoiceField(label=_("Who?"), queryset=None, empty_label=_("Choose somebody who works there"))

    def __init__(self, *args, units, **options):
        super().__init__(*args, **options)
        self.fields["unit"].queryset = culture.departments().filter(pk__in=[one.pk for one in units])
        people = User.objects.filter(is_active=True, is_service=False, unit__isnull=False)
        self.fields["person"].queryset = people.order_by("name", "pk")
