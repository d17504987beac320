"""A shortfall becomes a treatment or an initiative, from the page of its practice."""

from django.urls import reverse
from django.views.decorators.http import require_POST

from governance.compliance import shortfalls
from governance.compliance.forms.shortfalls import ShortfallInitiativeForm, ShortfallTreatmentForm
from governance.compliance.views import profiles as pages
from portal.errors import Invalid
from portal.people.access import permitted
from risks.views.answers import gone_to


@require_POST
@permitted("risks.change_treatment")
def treatment(request, pk):
    """Propose a treatment that closes it."""
    found, form = pages.practice_of(request, pk), ShortfallTreatmentForm(request.POST, user=request.user, auto_id="treat-%s")
    if form.is_valid():
        said = dict(form.cleaned_data)
        try:
            made = shortfalls.treat(found, said.pop("risk"), actor=request.user, **said)
            return gone_to(request, reverse("risks:treatment", args=[made.pk]))
        except Invalid as error:
            form.take(error)
    return pages.practice_page(request, found, treatment_form=form, status=422)


@require_POST
@permitted("change.change_initiative")
def initiative(request, pk):
    """Write an initiative down that closes it."""
    found, form = pages.practice_of(request, pk), ShortfallInitiativeForm(request.POST, auto_id="begin-%s")
    if form.is_valid():
        try:
            made = shortfalls.begin(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, reverse("change:initiative", args=[made.pk]))
        except Invalid as error:
            form.take(error)
    return pages.practice_page(request, found, initiative_form=form, status=422)
