"""What is asked about profiles: where, how well, by whom, and the tiers of the whole."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.compliance import profiles, rounds
from governance.compliance.models import Framework, Owner
from portal.people.models import Unit
from portal.people.reach import grants
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm
from risks.models import Office

LEVELS = [
    (0, _("0 not done")),
    (1, _("1 now and then")),
    (2, _("2 repeatable")),
    (3, _("3 as a rule")),
    (4, _("4 always, and improving")),
]
TIERS = [("", _("Open")), (1, _("1 partial")), (2, _("2 risk informed")), (3, _("3 repeatable")), (4, _("4 adaptive"))]


def _level(label, *, required=True):
    options = LEVELS if required else [("", _("Open")), *LEVELS]
    return forms.TypedChoiceField(
        label=label, choices=options, coerce=int, empty_value=None, required=required, widget=forms.RadioSelect
    )


def units_of(user):
    """The units a profile of theirs may speak of."""
    seen, units = grants(user), Unit.objects.filter(archived_at=None).order_by("path")
    if seen.everywhere:
        return units
    within = Q(pk__in=())
    for path in seen.unit_paths:
        within |= Q(path__startswith=path)
    return units.filter(within)


class OpenForm(Answers):
    framework = forms.ModelChoiceField(label=_("Of which framework?"), queryset=Framework.objects.none(), empty_label=None)
    unit = choices.UnitField(label=_("In which part of the organisation?"))

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        current = Framework.objects.visible_to(user).filter(state=Framework.State.CURRENT).order_by("name")
        self.fields["framework"].queryset = current
        self.fields["unit"].queryset = units_of(user)


class AimForm(VersionedForm):
    owner = forms.ChoiceField(label=_("Whose subject is it?"), choices=Owner, widget=forms.RadioSelect)
    target_level = _level(_("How well should it be done?"), required=False)
    note = forms.CharField(label=_("What is to be known about it?"), required=False, max_length=profiles.LONGEST)


class RatingForm(VersionedForm):
    """What one office says; `asks_why` where the other one has read something already."""

    office = forms.ChoiceField(choices=Office, widget=forms.HiddenInput)
    level = _level(_("How well is it done today?"))
    reason = forms.CharField(label=_("What makes you think so?"), required=False, max_length=rounds.LONGEST_REASON)

    def __init__(self, *args, office=None, asks_why=False, **options):
        super().__init__(*args, **options)
        self.fields["office"].choices = [(office.value, office.label)] if office else []
        self.fields["reason"].required = asks_why


class KeepingForm(VersionedForm):
    reason = forms.CharField(label=_("What should the other office know?"), max_length=rounds.LONGEST_REASON)


class AnswerForm(VersionedForm):
    """An answer of one click: of what the reader had before them."""


class TiersForm(VersionedForm):
    current_tier = forms.TypedChoiceField(label=_("Tier today"), choices=TIERS, coerce=int, empty_value=None, required=False)
    target_tier = forms.TypedChoiceField(label=_("Tier we aim for"), choices=TIERS, coerce=int, empty_value=None, required=False)


class SheetForm(Answers):
    file = forms.FileField(label=_("The sheet, changed"), allow_empty_file=True)
