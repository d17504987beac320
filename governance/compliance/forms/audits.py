"""What is asked about internal audits, their findings, and the review of the management system."""

from functools import cached_property

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.compliance import internal_audits, statements
from governance.compliance.forms.profiles import units_of
from governance.compliance.models import AuditFinding, Framework, Requirement
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm

DAY = {"widget": forms.DateInput(attrs={"type": "date"})}


def _words(label, *, required=True, hint="", rows=3):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=internal_audits.LONGEST_TEXT, widget=widget, help_text=hint)


class Offered:
    """What the forms of the page of audits offer, read once however many of their fields show it."""

    def __init__(self, user):
        self.user = user

    @cached_property
    def frameworks(self):
        return list(frameworks_of(self.user))

    @cached_property
    def units(self):
        return [(unit.pk, choices.indented(unit)) for unit in units_of(self.user)]


def frameworks_of(user):
    """Those in force that may be audited by."""
    return Framework.objects.visible_to(user).filter(state=Framework.State.CURRENT).order_by("name")


class _OfFrameworkForm(Answers):
    key = ""  # of the one framework this is about

    framework = forms.ModelChoiceField(label=_("Against which framework?"), queryset=Framework.objects.none(), empty_label=None)
    unit = choices.UnitField(label=_("Which part of the organisation?"))

    def __init__(self, *args, offered, **options):
        super().__init__(*args, **options)
        frameworks, units = self.fields["framework"], self.fields["unit"]
        fitting = [one for one in offered.frameworks if self.key in ("", one.key)]
        frameworks.queryset = frameworks_of(offered.user).filter(pk__in=[one.pk for one in fitting])
        frameworks.choices = [(one.pk, str(one)) for one in fitting]
        units.queryset = units_of(offered.user)
        units.choices = offered.units


class PlanAuditForm(_OfFrameworkForm):
    title = forms.CharField(label=_("What is it called?"), max_length=internal_audits.LONGEST_TITLE)
    scope = _words(_("What is looked at?"), required=False)
    lead = forms.ModelChoiceField(label=_("Who leads it?"), queryset=None, empty_label=None)
    planned_on = forms.DateField(label=_("On which day?"), **DAY)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        lead = self.fields["lead"]
        lead.queryset = choices.people()
        lead.choices = list(choices.people().values_list("pk", "name"))


class OpenReviewForm(_OfFrameworkForm):
    key = statements.STANDARD

    held_on = forms.DateField(label=_("On which day?"), **DAY)


class FindingForm(Answers):
    grade = forms.ChoiceField(label=_("How grave is it?"), choices=AuditFinding.Grade, widget=forms.RadioSelect)
    requirement = forms.CharField(
        label=_("Which requirement is not met?"),
        help_text=_("Its identifier, as A.5.1. Empty for a chance to improve."),
        required=False,
        max_length=100,
    )
    text = _words(_("What did you see, and where?"))

    def __init__(self, *args, framework_id, **options):
        super().__init__(*args, **options)
        self.framework_id = framework_id

    def clean_requirement(self):
        told = self.cleaned_data["requirement"].strip()
        if not told:
            return None
        found = Requirement.objects.filter(framework=self.framework_id, identifier__iexact=told).first()
        if found is None:
            raise forms.ValidationError(_("There is no such requirement in this framework. Give its identifier."))
        return found


class ConcludeForm(Answers):
    held_on = forms.DateField(label=_("When was it held?"), **DAY)
    summary = _words(_("What came of it?"))


class ActionForm(Answers):
    cause = _words(_("Why did it come to this?"), required=False)
    text = _words(_("What will be done?"))
    owner = forms.ModelChoiceField(label=_("Who sees to it?"), queryset=None, empty_label=None)
    due_on = forms.DateField(label=_("Until when?"), **DAY)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()


class DoneForm(Answers):
    result = _words(_("What was done, and what shows it?"))


class VerdictForm(Answers):
    is_effective = forms.TypedChoiceField(
        label=_("Does it work?"),
        choices=[("yes", _("Yes: close the finding")), ("no", _("No: another action is needed"))],
        coerce=lambda told: told == "yes",
        widget=forms.RadioSelect,
    )
    note = _words(_("What did you look at?"))


class ReviewForm(VersionedForm):
    considered = _words(
        _("What else was considered?"),
        required=False,
        hint=_("Changes around us, what interested parties say, actions of the last review."),
        rows=5,
    )
    outcome = _words(_("What was decided?"), required=False, rows=5)
