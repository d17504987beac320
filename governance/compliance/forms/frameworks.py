"""What is asked when a framework is brought along."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.compliance.models import Framework
from risks.forms.risk import Answers


class CatalogForm(Answers):
    file = forms.FileField(
        label=_("Which file?"),
        allow_empty_file=True,
        help_text=_("An OSCAL catalog or profile as JSON, or a CSV list of requirements; up to 40 MB."),
    )
    replaces = forms.ModelChoiceField(
        label=_("Is it a new edition of one we have?"),
        queryset=Framework.objects.none(),
        required=False,
        empty_label=_("As its title says"),
        help_text=_("Answers go on to the requirements that stayed."),
    )
    based_on = forms.ModelChoiceField(
        label=_("From which catalog does a profile select?"),
        queryset=Framework.objects.none(),
        required=False,
        empty_label=_("As the profile says"),
    )

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        current = Framework.objects.visible_to(user).filter(state=Framework.State.CURRENT).order_by("name")
        self.fields["replaces"].queryset = current
        self.fields["based_on"].queryset = current.filter(based_on=None)
