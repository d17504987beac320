"""The six questions of a new risk."""

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Asset
from portal.web.widgets import Scale
from risks import wanted
from risks.forms import choices
from risks.forms.risk import Answers
from risks.models import Risk

BY_KIND = {
    Asset.Kind.OT_DEVICE: Risk.Category.OT,
    Asset.Kind.CONNECTED_EQUIPMENT: Risk.Category.OT,
    Asset.Kind.DATA: Risk.Category.DATA,
    Asset.Kind.FACILITY: Risk.Category.FACILITIES,
}
TYPING = {
    "hx-get": reverse_lazy("risks:log-duplicates"),
    "hx-trigger": "input changed delay:300ms",
    "hx-target": "#duplicates",
    "hx-swap": "innerHTML",  # the form around it is swapped whole
    "hx-include": "closest form",
    "hx-params": "not csrfmiddlewaretoken",  # an address is logged; a token has no place in it
}


class LogForm(Answers):
    """The six questions of Notice; only the first two need an answer now."""

    field_order = ["title", "cause", "unit", "asset", "likelihood", "impact", "area", "owner", "grounds", "category"]

    title = forms.CharField(
        label=gettext_lazy("What could happen?"),
        max_length=wanted.LONGEST_TITLE,
        widget=forms.TextInput(attrs=TYPING | {"autocomplete": "off"}),
    )
    unit = choices.UnitField(label=gettext_lazy("Where?"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    asset = forms.CharField(
        label=gettext_lazy("Which asset?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Its number, or how its name begins."),
        widget=forms.TextInput(
            attrs={
                "list": "log-assets",
                "autocomplete": "off",
                "hx-get": reverse_lazy("risks:log-assets"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#log-assets",
                "hx-swap": "innerHTML",
            }
        ),
    )
    likelihood = forms.TypedChoiceField(
        label=gettext_lazy("How likely?"), choices=choices.likelihoods, coerce=int, empty_value=None, required=False, widget=Scale
    )
    impact = forms.TypedChoiceField(
        label=gettext_lazy("How bad?"), choices=choices.impacts, coerce=int, empty_value=None, required=False, widget=Scale
    )
    area = forms.ChoiceField(label=gettext_lazy("In what?"), choices=choices.areas, required=False)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Who should own it?"), queryset=None, required=False, empty_label=gettext_lazy("Nobody yet")
    )
    side = forms.ChoiceField(label=gettext_lazy("As what?"), choices=Risk.Accountable, required=False, initial=Risk.Accountable.IT)
    grounds = forms.CharField(
        label=gettext_lazy("What makes you think so?"),
        required=False,
        max_length=wanted.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    category = forms.ChoiceField(
        label=gettext_lazy("What kind?"),
        required=False,
        choices=lambda: [("", _("As its asset")), *Risk.Category.choices],
    )

    def __init__(self, *args, user, offered=None, **options):
        super().__init__(*args, **options)
        self.user, self.offered = user, offered or choices.Offered()
        self.fields["unit"].choices = self.offered.places
        if user.unit_id and not self.is_bound:
            self.initial.setdefault("unit", user.unit_id)
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = [("", _("Nobody yet")), *self.offered.owners]

    def clean_asset(self):
        """The one visible asset that is meant, or None."""
        return choices.meant_asset(self.cleaned_data["asset"], self.user)

    def clean(self):
        answers = super().clean()
        if bool(answers.get("impact")) != bool(answers.get("area")) and not {"impact", "area"} & set(self.errors):
            field = "area" if answers.get("impact") else "impact"
            self.add_error(field, _("How bad and in what belong together. Answer both, or neither."))
        return answers

    @property
    def assets(self):
        asset = self.cleaned_data.get("asset")
        return [asset] if asset else []

    @property
    def fields_of_risk(self):
        said = self.cleaned_data
        guess = BY_KIND.get(said["asset"].kind, Risk.Category.IT) if said["asset"] else Risk.Category.IT
        side = "security_owner" if said["side"] == Risk.Accountable.SECURITY else "it_owner"
        return {
            "title": said["title"],
            "unit": said["unit"],
            "category": said["category"] or guess,
            "assets": self.assets,
            "likelihood_level": said["likelihood"],
            "impact": {said["area"]: said["impact"]} if said["area"] else {},
            side: said["owner"],
            "grounds": said["grounds"],
        }
