"""What an administrator fills in to invite people."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.people import guest_list
from portal.people.models import Unit
from portal.web.people.forms.entrance import zones


class UnitChoice(forms.ModelChoiceField):
    """Units in the order of the tree, indented."""

    def label_from_instance(self, unit: Unit) -> str:
        return "\u2003" * (unit.path.count("/") - 2) + unit.name


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("Which e-mail do they sign in with?"), max_length=254)
    name = forms.CharField(label=_("What is their name?"), max_length=120)
    unit = UnitChoice(label=_("Where do they work?"), queryset=Unit.objects.none(), empty_label=_("choose a unit"))
    roles = forms.MultipleChoiceField(
        label=_("What may they do there and below?"),
        choices=[(role.value, role.label) for role in guest_list.INVITED_TO],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Seats such as CIO are appointments, given apart."),
    )
    language = forms.ChoiceField(label=_("Which language do they read?"), choices=lambda: settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("In which time zone are they?"), choices=zones, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(user).filter(archived_at=None).order_by("path")


class GuestListForm(forms.Form):
    """A file, or its text once it was read."""

    file = forms.FileField(
        label=_("Which file names them?"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
    text = forms.CharField(
        label=_("Or paste it here"), required=False, max_length=guest_list.LARGEST_BYTES, widget=forms.Textarea(attrs={"rows": 6})
    )

    def clean(self):
        told = super().clean()
        if not told.get("file") and not (told.get("text") or "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste the list."))
        return told
