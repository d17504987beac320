"""Forms that change a risk; each carries the version it was opened at, so that a late save loses nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from risks import meanings, scales, wanted, wording
from risks.forms import choices
from risks.models import Levels, Risk


class Answers(forms.Form):
    """A form that takes back what a rule refuses, beside the fields it is about."""

    def take(self, error):
        """Put the sentences of an Invalid where they belong; those about nothing asked here stand above."""
        for name, sentences in error.fields.items():
            self.add_error(name if name in self.fields else None, list(sentences))


class VersionedForm(Answers):
    """A form over a row with a version. `theirs` notes what somebody else saved meanwhile, by field."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def keep_yours(self, error):
        """The same answers once more, over the version that stands now, with the other's value beside each field."""
        self.data = self.data.copy()
        self.data["version"] = error.facts["version"]
        self.add_error(None, str(error))
        for name, value in error.facts["theirs"].items():
            field = self.fields.get(name)
            if field is not None and field.prepare_value(self.cleaned_data.get(name)) != field.prepare_value(value):
                note = _("%(name)s saved: %(value)s") % {
                    "name": error.facts["by"] or _("Somebody"),
                    "value": self.said(name, value) or _("nothing"),
                }
                self.add_error(name, note)

    def said(self, name, value):
        """A value in the words of its field."""
        words = {str(key): str(label).strip() for key, label in getattr(self.fields[name], "choices", ())}
        return words.get(str(value), "" if value is None else str(value))


def _text(label, hint=""):
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=wanted.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class WordsForm(VersionedForm):
    title = forms.CharField(label=_("What could happen?"), max_length=wanted.LONGEST_TITLE)
    cause = _text(_("Because of what?"))
    consequence = _text(_("What would follow?"))
    grounds = _text(_("What makes you think so?"))
    category = forms.ChoiceField(label=_("What kind?"), choices=Risk.Category)
    unit = choices.UnitField(label=_("Where?"))


class OwnersForm(VersionedForm):
    it_owner = forms.ModelChoiceField(label=_("Who is the IT owner?"), queryset=None, required=False, empty_label=_("Nobody yet"))
    security_owner = forms.ModelChoiceField(
        label=_("Who is the security owner?"), queryset=None, required=False, empty_label=_("Nobody yet")
    )
    accountable = forms.ChoiceField(
        label=_("Which of the two is accountable?"),
        required=False,
        choices=lambda: [("", _("The one who is named")), *Risk.Accountable.choices],
    )
    review_every_days = forms.IntegerField(label=_("Look again after how many days?"), min_value=1, max_value=366)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("it_owner", "security_owner"):
            self.fields[name].queryset = choices.owners()


class ReadersForm(VersionedForm):
    is_confidential = forms.BooleanField(
        label=_("Confidential: only the leaders, its owners and the people named here may read it"), required=False
    )
    named_people = forms.ModelMultipleChoiceField(
        label=_("Who else may read it?"),
        queryset=None,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("It counts in every total, whoever may read it."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["named_people"].queryset = choices.people()


class ClosingForm(Answers):
    reason = forms.CharField(
        label=_("Why can it not happen any more?"),
        max_length=Risk._meta.get_field("closing_reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AssetForm(Answers):
    asset = forms.CharField(label=_("Which asset would it befall too?"), max_length=200)

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_asset(self):
        """The one visible asset that is meant."""
        return choices.meant_asset(self.cleaned_data["asset"], self.user)


class LevelsForm(VersionedForm):
    """How likely, and how bad in each area; what nobody can judge stays empty."""

    def __init__(self, *args, stage, **options):
        super().__init__(*args, **options)
        self.stage = stage
        self.fields["likelihood_level"] = choices.strip(_("How likely?"), choices.likelihoods, meanings.Scale.LIKELIHOOD)
        for area in scales.IMPACT_AREAS:
            question = _("How bad, %(area)s?") % {"area": wording.AREAS[area]}
            self.fields[f"{area}_level"] = choices.strip(question, choices.impacts, area)
        self.fields["reason"] = forms.CharField(
            label=_("Why?"), required=False, max_length=wanted.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
        )

    @property
    def levels(self):
        return {area: self.cleaned_data[f"{area}_level"] for area in scales.IMPACT_AREAS}


def initial_levels(row):
    """What a form over `row` starts with; None where nobody judged yet."""
    if row is None:
        return {"version": 0}
    names = ("likelihood_level", *(f"{area}_level" for area in scales.IMPACT_AREAS))
    return {name: getattr(row, name) for name in names} | {"version": row.version}


STAGES = dict(Levels.Stage.choices)
