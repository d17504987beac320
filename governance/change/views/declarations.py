"""What an initiative adds or changes: declared by a form, and answered by both offices where something else was seen."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from governance.change import declarations, holding, sightings
from governance.change.forms.declarations import DeclarationForm, Lines, initial
from governance.change.models import SeenAsset
from governance.change.views.initiatives import visible
from portal.errors import Invalid, Stale
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to

CHANGE = "change.change_initiative"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(CHANGE)
def declaration(request, pk):
    """Say what it adds or changes."""
    found, options = visible(request, pk), {"prefix": "lines", "form_kwargs": {"user": request.user}}
    holding.check_open(found)
    if request.method != "POST":
        form = DeclarationForm(initial={"version": found.version})
        return _form(request, found, form, Lines(initial=initial(declarations.standing(found)), **options))
    form, lines = DeclarationForm(request.POST), Lines(request.POST, **options)
    if not (form.is_valid() & lines.is_valid()):
        return _form(request, found, form, lines, 422)
    try:
        declarations.declare(found, lines.said, actor=request.user, version=form.cleaned_data["version"])
    except (Invalid, Stale) as error:
        form.add_error(None, [str(error)] if isinstance(error, Stale) else [one for told in error.fields.values() for one in told])
        return _form(request, found, form, lines, error.status)
    return gone_to(request, reverse("change:initiative", args=[found.pk]))


@require_POST
@permitted(CHANGE)
def seen(request, pk):
    """Say for one's office whether what was seen belongs to the initiative."""
    rows = SeenAsset.objects.visible_to(request.user).select_related("initiative")
    found = get_object_or_404(rows, pk=pk)
    sightings.answer(found, request.POST.get("answer", ""), actor=request.user)
    return gone_to(request, f"{reverse('change:initiative', args=[found.initiative_id])}#declared")


def _form(request, found, form, lines, status=200):
    context = {"form": form, "lines": lines, "initiative": found}
    return answer(request, "change/initiatives/declaration.html#form", context, status=status)
