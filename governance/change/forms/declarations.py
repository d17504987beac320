"""The form in which an initiative says what it adds or changes: a line a kind of thing."""

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from governance.change import declarations
from governance.change.declarations import Said
from governance.change.models import DeclaredLine
from governance.change.models.declaration import MOST_OF_A_LINE
from risks.forms import choices
from risks.forms.risk import Answers


class LineForm(Answers):
    act = forms.ChoiceField(label=_("Does it add or change it?"), choices=DeclaredLine.Act, required=False)
    kind = forms.ChoiceField(label=_("What kind of thing?"), choices=[("", "–"), *Asset.Kind.choices], required=False)
    count = forms.IntegerField(label=_("How many?"), required=False, min_value=1, max_value=MOST_OF_A_LINE)
    zone = forms.CharField(
        label=_("In which zone?"),
        help_text=_("As the inventory calls it; OT/ICS devices and networks need one. Empty: wherever in its unit."),
        max_length=declarations.LONGEST_ZONE,
        required=False,
    )
    data_classification = forms.ChoiceField(
        label=_("Which class of data?"), choices=[("", "–"), *Asset.Classification.choices], required=False
    )
    asset = forms.CharField(
        label=_("Or one asset by its name"), help_text=_("Its number, such as A-0007."), max_length=200, required=False
    )

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_asset(self):
        return choices.meant_asset(self.cleaned_data["asset"], self.user)

    def clean(self):
        told = super().clean()
        if self.is_blank:
            return told
        needed = ("data_classification",) if told.get("asset") else ("kind", "count", "data_classification")
        for name in needed:
            if told.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("Fill this in, or empty the whole line."))
        return told

    @property
    def is_blank(self):
        return not any(self.cleaned_data.get(name) for name in ("kind", "count", "zone", "data_classification", "asset"))

    @property
    def said(self):
        told = self.cleaned_data
        named = told["asset"]
        kind, zone = (named.kind, named.zone) if named else (told["kind"], told["zone"])
        return Said(told["act"] or "ADDS", kind, told["data_classification"], 1 if named else told["count"], zone, named)


_Lines = formset_factory(
    LineForm, extra=2, max_num=declarations.MOST_LINES, absolute_max=declarations.MOST_LINES + 1, validate_max=True
)


class Lines(_Lines):
    """What is declared now, two more lines to fill in; an empty one is none."""

    @property
    def said(self):
        return [form.said for form in self.forms if not form.is_blank]


class DeclarationForm(Answers):
    """The version that was read; what is wrong with the lines as a whole stands here."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


def initial(lines):
    return [
        {"act": one.act, "data_classification": one.data_classification, "asset": one.asset.number}
        if one.asset
        else {
            "act": one.act,
            "kind": one.kind,
            "count": one.count,
            "zone": one.zone,
            "data_classification": one.data_classification,
        }
        for one in lines
    ]
