"""What is asked when a control is mapped, and when a crosswalk is brought along."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.compliance import mappings
from governance.compliance.models import Framework, Relationship
from portal.web.api.fields import by_id_or_number
from risks.forms.risk import Answers
from risks.models import Control


class MappingForm(Answers):
    control = forms.CharField(label=_("Which control answers it?"), help_text=_("Its number, such as C-0004."), max_length=20)
    relationship = forms.ChoiceField(label=_("How, compared with what is asked?"), choices=Relationship, widget=forms.RadioSelect)
    note = forms.CharField(label=_("What is to be known about it?"), required=False, max_length=mappings.LONGEST_NOTE)

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_control(self):
        found = by_id_or_number(Control.objects.visible_to(self.user).current(), self.cleaned_data["control"].strip().upper())
        if found is None:
            raise forms.ValidationError(_("No control you may open has this number. Look it up among the controls."))
        return found


class CrosswalkForm(Answers):
    file = forms.FileField(
        label=_("Which file?"),
        allow_empty_file=True,
        help_text=_("CSV with source, target and relationship: equal, subset, superset or intersects."),
    )
    source = forms.ModelChoiceField(
        label=_("From which framework?"), queryset=None, required=False, empty_label=_("As its identifiers say")
    )
    target = forms.ModelChoiceField(
        label=_("To which framework?"), queryset=None, required=False, empty_label=_("As its identifiers say")
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        current = Framework.objects.visible_to(user).filter(state=Framework.State.CURRENT).order_by("name")
        self.fields["source"].queryset = self.fields["target"].queryset = current
