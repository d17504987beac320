"""What is asked about a statement of applicability."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.compliance import statements
from governance.compliance.forms.profiles import units_of
from governance.compliance.models import Framework, StatementLine
from risks.forms import choices
from risks.forms.risk import Answers, VersionedForm

APPLIES = [("", _("Not decided")), ("yes", _("Yes")), ("no", _("No"))]


class OpenStatementForm(Answers):
    framework = forms.ModelChoiceField(label=_("Of which framework?"), queryset=Framework.objects.none(), empty_label=None)
    unit = choices.UnitField(label=_("Of which part of the organisation?"))

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        current = Framework.objects.visible_to(user).filter(state=Framework.State.CURRENT, key=statements.STANDARD)
        self.fields["framework"].queryset = current
        self.fields["unit"].queryset = units_of(user)


class ScopeForm(Answers):
    scope = forms.CharField(
        label=_("What does the management system cover?"),
        max_length=statements.LONGEST_SCOPE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LineForm(VersionedForm):
    is_applicable = forms.TypedChoiceField(
        label=_("Does it apply to us?"),
        choices=APPLIES,
        coerce=lambda told: told == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why, or why not?"),
        required=False,
        max_length=statements.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    status = forms.ChoiceField(label=_("How far is it?"), choices=StatementLine.Status, widget=forms.RadioSelect)
    owner = forms.ModelChoiceField(label=_("Who sees to it?"), queryset=None, required=False, empty_label=_("Nobody yet"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = choices.owners()


def initial_line(line):
    applies = {None: "", True: "yes", False: "no"}[line.is_applicable]
    return {"is_applicable": applies, "reason": line.reason, "status": line.status, "owner": line.owner_id, "version": line.version}
