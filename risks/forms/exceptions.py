"""Forms over exceptions: propose, say it otherwise, extend, close."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people.models import User
from portal.web.api.fields import by_id_or_number
from risks import exceptions
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Risk, RiskException


def _day(label, hint=""):
    return forms.DateField(label=label, help_text=hint, widget=forms.DateInput(attrs={"type": "date"}))


def _words(label, hint="", *, required=True):
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=exceptions.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class _Asked(Answers):
    """What is asked of every exception."""

    title = forms.CharField(label=_("What shall be permitted?"), max_length=exceptions.LONGEST_TITLE)
    reason_kind = forms.ChoiceField(label=_("Why is it not cured now?"), choices=RiskException.ReasonKind, widget=forms.RadioSelect)
    reason = _words(_("Say more, for whoever signs"))
    compensating_control = _words(_("What makes up for it meanwhile?"), required=False)
    starts_on = _day(_("From which day?"))
    ends_on = _day(_("Until which day?"), _("At most a year. Then what it covered is open again."))
    owner = forms.ModelChoiceField(label=_("Who sees to it that it ends in time?"), queryset=User.objects.none())

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()


class ProposalForm(_Asked):
    field_order = ["risk", "kind"]
    risk = forms.CharField(label=_("Which risk does it rest on?"), help_text=_("A number such as R-0017."), max_length=20)
    kind = forms.ChoiceField(
        label=_("What kind?"), choices=[(kind.value, kind.label) for kind in exceptions.ASKED_ALONE], widget=forms.RadioSelect
    )

    def __init__(self, *args, user=None, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_risk(self):
        """The one open risk of that number which the reader may see."""
        told = self.cleaned_data["risk"].strip().split(" ")[0].upper()
        found = by_id_or_number(Risk.objects.visible_to(self.user).open().current(), told)
        if found is None:
            raise forms.ValidationError(_("There is no open risk of this number that you may see."))
        return found


class ChangeForm(_Asked, VersionedForm):
    """Whatever a signature covers, and who owns it."""


class ExtensionForm(Answers):
    ends_on = _day(_("Until which day?"), _("It is signed anew, and the first day stays in sight."))
    reason = _words(_("Why is it still not cured?"))


class ClosingForm(Answers):
    gap_fixed = forms.TypedChoiceField(
        label=_("Is the gap fixed?"),
        choices=[("yes", _("Yes, nothing needs a permission any more")), ("no", _("No, it stays open"))],
        coerce=lambda told: told == "yes",
        widget=forms.RadioSelect,
    )
    reason = _words(_("Why?"), _("Needed where the gap stays open."), required=False)
