"""Groups and the roles that follow from them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from portal.errors import Invalid
from portal.people.access import permitted
from portal.sign_on import role_rules
from portal.sign_on.forms.providers import RuleForm
from portal.sign_on.models import RoleRule
from portal.sign_on.models.identity_provider import MAY
from portal.sign_on.views.providers import shown


@require_POST
@permitted(MAY)
def added(request: HttpRequest) -> HttpResponse:
    """Make a rule."""
    form = RuleForm(request.POST, user=request.user, auto_id="rule-%s")
    if form.is_valid():
        try:
            role_rules.add(actor=request.user, **form.cleaned_data)
            return redirect("sign_on:providers")
        except Invalid as error:
            form.take(error)
    return shown(request, rule_form=form)


@require_POST
@permitted(MAY)
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    role_rules.end(get_object_or_404(RoleRule.objects.visible_to(request.user), pk=pk), actor=request.user)
    return redirect("sign_on:providers")
