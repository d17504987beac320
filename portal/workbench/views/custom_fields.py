"""Pages of custom fields and of tags: what there is, a new one, one of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from portal.workbench import custom_fields, listed, renewing, tags
from portal.workbench.forms.custom_fields import ChangedFieldForm, FieldForm, MergingForm, TagForm
from portal.workbench.models import CustomField, Tag

FIELDS, TAGS = "workbench:custom-fields", "workbench:tags"
METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@permitted(custom_fields.DEFINE)
def fields(request: HttpRequest) -> HttpResponse:
    """All of them by kind, and the way to define another."""
    form = FieldForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        try:
            field = custom_fields.define(actor=request.user, **form.cleaned_data)
            messages.info(request, _("The field “%(field)s” stands in the lists now.") % {"field": field})
            return redirect(FIELDS)
        except Invalid as error:
            form.take(error)
    known = custom_fields.known()
    kinds = [
        (kind, known.fields[name], request.user.has_perm(kind.permission))
        for name, kind in listed.all_kinds().items()
        if name in known.fields
    ]
    context = {"form": form, "kinds": kinds, "count": sum(len(known.of(name)) for name in known.fields)}
    return answer(request, "workbench/custom_fields/list.html", context, status=422 if form.errors else 200)


@require_http_methods(METHODS)
@permitted(custom_fields.DEFINE)
def field(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it otherwise, offer other choices, or retire it."""
    found = get_object_or_404(CustomField.objects.visible_to(request.user), pk=pk)
    form = ChangedFieldForm(request.POST or None, field=found)
    if request.method == "POST" and form.is_valid():
        try:
            _tell_of_search(request, custom_fields.change(found, actor=request.user, **form.cleaned_data))
            return redirect(FIELDS)
        except Invalid as error:
            form.take(error)
    context = {"form": form, "field": found, "kind": listed.of_kind(found.kind)}
    return answer(request, "workbench/custom_fields/detail.html", context, status=422 if form.errors else 200)


@require_POST
@permitted(custom_fields.DEFINE)
def retirement(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for it no more."""
    found = custom_fields.retire(get_object_or_404(CustomField.objects.visible_to(request.user), pk=pk), actor=request.user)
    messages.info(request, _("The field “%(field)s” is retired. What was said in it stays on record.") % {"field": found})
    _tell_of_search(request, found)
    return redirect(FIELDS)


def _tell_of_search(request: HttpRequest, found: CustomField) -> None:
    """Where very many rows say something in it, a worker comes to them."""
    if not renewing.at_once(found):
        messages.info(request, _("Search still finds rows by its former words, until a worker came to each of them: see Jobs."))


@require_http_methods(METHODS)
@permitted(tags.KEEP)
def all_tags(request: HttpRequest) -> HttpResponse:
    """All tags, those that were merged, and the way to name another."""
    form = TagForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tags.name(actor=request.user, name=form.cleaned_data["name"])
            return redirect(TAGS)
        except Invalid as error:
            form.take(error)
    merged = Tag.objects.visible_to(request.user).exclude(merged_into=None).select_related("merged_into").order_by("name", "pk")
    lists = [kind for kind in listed.all_kinds().values() if kind.change is not None and request.user.has_perm(kind.permission)]
    context = {"form": form, "tags": custom_fields.known().tags, "merged": merged, "lists": lists}
    return answer(request, "workbench/custom_fields/tags.html", context, status=422 if form.errors else 200)


@require_http_methods(METHODS)
@permitted(tags.KEEP)
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it otherwise, or merge it."""
    found = get_object_or_404(Tag.objects.visible_to(request.user).filter(merged_into=None), pk=pk)
    form = TagForm(request.POST or None, initial={"name": found.name, "version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            tags.rename(found, actor=request.user, **form.cleaned_data)
            return redirect(TAGS)
        except Invalid as error:
            form.take(error)
    return _tag(request, found, form=form)


@require_POST
@permitted(tags.KEEP)
def merging(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another tag stand for it."""
    found = get_object_or_404(Tag.objects.visible_to(request.user).filter(merged_into=None), pk=pk)
    form = MergingForm(request.POST, tag=found)
    if not form.is_valid():
        return _tag(request, found, merging_form=form)
    into = get_object_or_404(Tag.objects.visible_to(request.user), pk=form.cleaned_data["into"])
    tags.merge(found, into, actor=request.user)
    messages.info(request, _("“%(tag)s” goes as “%(into)s” from now on.") % {"tag": found, "into": into})
    return redirect(TAGS)


@require_POST
@permitted(tags.KEEP)
def parting(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a merge."""
    found = tags.part(get_object_or_404(Tag.objects.visible_to(request.user), pk=pk), actor=request.user)
    messages.info(request, _("“%(tag)s” stands for itself again.") % {"tag": found})
    return redirect(TAGS)


def _tag(request: HttpRequest, found: Tag, form: TagForm | None = None, merging_form: MergingForm | None = None) -> HttpResponse:
    refused = any(one is not None and one.errors for one in (form, merging_form))
    context = {
        "tag": found,
        "form": form or TagForm(initial={"name": found.name, "version": found.version}),
        "merging": merging_form or MergingForm(tag=found),
    }
    return answer(request, "workbench/custom_fields/tag.html", context, status=422 if refused else 200)
