"""Step 6: everybody else, by a list."""

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from governance.setup import guests
from governance.setup.forms.steps import PeopleForm
from governance.setup.views.answers import PERMISSION, is_preview, shown, went_on
from portal.errors import Invalid
from portal.people.access import permitted
from portal.people.models import Organisation


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def people(request):
    if not Organisation.objects.visible_to(request.user).exists():
        return redirect("setup:organisation")
    form = PeopleForm(request.POST or None)
    planned = None
    if request.method == "POST" and form.is_valid():
        try:
            if is_preview(request):
                planned = guests.plan(form.cleaned_data["people"])
            else:
                guests.invite_all(form.cleaned_data["people"], actor=request.user)
                return went_on(request, "people")
        except Invalid as error:
            form.take(error)
    context = {"form": form, "planned": planned, "roles": guests.ROLES, "here": guests.here(request.user)}
    return shown(request, "people", context)
