"""Pages of frameworks: the list, one edition, one requirement, what changed, and the way in and out for a file."""

from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from governance.compliance import framework_book, frameworks, mapping_book, oscal_out, practice_book
from governance.compliance.forms.frameworks import CatalogForm
from governance.compliance.forms.mappings import MappingForm
from governance.compliance.models import Framework, Requirement
from governance.compliance.readers import csv_catalog
from portal import clock
from portal.archive import changes
from portal.errors import Invalid, Refused
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to

READ, IMPORT = "compliance.view_framework", "compliance.import_catalog"


@require_safe
@permitted(READ)
def listed(request):
    """The frameworks we answer to."""
    context = {
        "lines": framework_book.listed(request.user),
        "tile": practice_book.tile(request.user),
        "at": clock.now(),
        "may_import": request.user.has_perm(IMPORT),
    }
    return answer(request, "compliance/frameworks/list.html", context)


@require_safe
@permitted(READ)
def framework(request, pk):
    """One edition, group by group."""
    found = _framework(request, pk)
    entries, has_more = changes.read("framework", found, request.user)
    context = {
        "framework": found,
        "sheet": framework_book.sheet(found, request.GET),
        "entries": entries,
        "has_more": has_more,
    }
    return answer(request, "compliance/frameworks/detail.html#rows", context)


@require_safe
@permitted(READ)
def changed(request, pk):
    """What this edition did to the one before."""
    found = _framework(request, pk)
    context = {"framework": found, "changed": framework_book.changed(found)}
    return answer(request, "compliance/frameworks/changes.html", context)


@require_safe
@permitted(READ)
def requirement(request, pk):
    """One requirement."""
    return requirement_page(request, visible_requirement(request, pk))


@require_safe
@permitted(READ)
def sheet(request, pk):
    """The catalog as CSV; importing it changes nothing."""
    found = _framework(request, pk)
    lines = csv_catalog.write(frameworks.of_framework(found))
    name = f"{found.key}-{found.edition}.csv"
    disposition = f'attachment; filename="{"".join(letter if letter.isalnum() or letter in "-." else "-" for letter in name)}"'
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})


@require_safe
@permitted(READ)
def component_definition(request, pk):
    """Our controls for this framework, as OSCAL."""
    found = _framework(request, pk)
    return as_oscal(oscal_out.component_definition(found, request.user), f"controls-{found.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(IMPORT)
def intake(request):
    """Bring a catalog or a profile along."""
    form = CatalogForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            done = frameworks.take_in(told["file"], actor=request.user, replaces=told["replaces"], based_on=told["based_on"])
        except Invalid as error:
            form.take(error)
        except Refused as error:
            form.add_error("file", str(error))
        else:
            name = "compliance:framework-changes" if done.outcome == frameworks.NEW_EDITION else "compliance:framework"
            return gone_to(request, reverse(name, args=[done.framework.pk]))
    return answer(request, "compliance/frameworks/import.html", {"form": form}, status=422 if form.errors else 200)


def _framework(request, pk):
    rows = Framework.objects.visible_to(request.user).select_related("replaces", "based_on", "imported_by")
    return get_object_or_404(rows, pk=pk)


def as_oscal(document, name):
    """An OSCAL document as a file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return JsonResponse(document, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1})


def visible_requirement(request, pk):
    rows = Requirement.objects.visible_to(request.user).select_related("framework").defer("search", "parameters")
    return get_object_or_404(rows, pk=pk)


def requirement_page(request, found, status=200, mapping_form=None):
    """One requirement with what answers it; `mapping_form` as it was refused."""
    before, after = framework_book.neighbours(found)
    may_map = found.assessable and request.user.has_perm("compliance.map_control")
    context = {
        "requirement": found,
        "above": framework_book.above(found),
        "before": before,
        "after": after,
        "explained": mapping_book.explain(found, request.user) if found.assessable else None,
        "may_map": may_map,
        "mapping_form": mapping_form or (MappingForm() if may_map else None),
    }
    return answer(request, "compliance/frameworks/requirement.html", context, status=status)
