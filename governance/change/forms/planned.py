"""Forms over the change calendar: plan something, call it off, let a clash stand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.change import clashes, planned_changes
from governance.change.models import Initiative, PlannedChange
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.response.forms.fields import Numbers, moment


class PlannedForm(VersionedForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    kind = forms.ChoiceField(label=_("What is planned?"), choices=PlannedChange.Kind, widget=forms.RadioSelect)
    title = forms.CharField(label=_("What is it called?"), max_length=planned_changes.LONGEST_TITLE)
    unit = choices.UnitField(
        label=_("Where does it happen?"), help_text=_("A freeze holds for everything there and below: nothing changes meanwhile.")
    )
    starts_at = moment(_("From when?"), required=True)
    ends_at = moment(_("Until when?"), required=True)
    assets = Numbers(
        "asset",
        label=_("Which assets does it touch?"),
        help_text=_("Their numbers, such as A-0007, A-0012. Two changes of one asset at the same time are put to both owners."),
    )
    owner = forms.ModelChoiceField(label=_("Who sees to it?"), queryset=None)
    initiative = forms.ModelChoiceField(label=_("Which initiative is it for?"), queryset=None, required=False)
    note = forms.CharField(
        label=_("What should others know?"),
        max_length=planned_changes.LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, offered, user, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()
        self.fields["owner"].choices = [("", _("Choose somebody")), *offered.owners]
        self.fields["unit"].choices = offered.places
        self.fields["assets"].user = user
        self.fields["initiative"].queryset = Initiative.objects.visible_to(user).under_way().order_by("number")

    @property
    def answers(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def initial(planned):
    kept = {name: getattr(planned, name) for name in planned_changes.FIELDS}
    return kept | {"assets": planned_changes.assets_of(planned), "version": planned.version}


class CallingOffForm(Answers):
    reason = forms.CharField(label=_("Why does it not happen?"), max_length=planned_changes.LONGEST_REASON)


class StandingForm(Answers):
    reason = forms.CharField(label=_("Why may both happen all the same?"), max_length=clashes.LONGEST_REASON)
