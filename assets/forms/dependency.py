"""What leans on what, asked on an asset's page."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Asset, Dependency


class DependencyForm(forms.Form):
    """The other end is named by its number or the whole of its name: lists of 50,000 help nobody."""

    DIRECTIONS = [("leans_on", gettext_lazy("leans on")), ("carries", gettext_lazy("carries"))]

    direction = forms.ChoiceField(label=gettext_lazy("Which way?"), choices=DIRECTIONS)
    other = forms.CharField(
        label=gettext_lazy("Which asset?"),
        max_length=200,
        help_text=gettext_lazy("Its number, such as A-0012, or its whole name."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("In what way?"), choices=Dependency.Kind.choices, initial="NEEDS")

    def __init__(self, *args: Any, user: Any, **options: Any):
        super().__init__(*args, **options)
        self.user = user

    def clean_other(self) -> Asset:
        text = self.cleaned_data["other"].strip()
        seen = Asset.objects.visible_to(self.user).current().select_related("unit")
        found = list(seen.filter(number__iexact=text.split(" ")[0])[:1] or seen.filter(name__iexact=text)[:2])
        if not found:
            raise forms.ValidationError(_("No asset of this number or name is in sight. Check the spelling."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several assets have this name. Give the number instead."))
        return found[0]
