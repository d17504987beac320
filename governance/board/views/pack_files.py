"""The files of a released pack, and whether a file is the one that was signed off."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from governance.board import pack_files
from governance.board.forms.packs import VerifyForm
from governance.board.models import PackFile
from governance.board.models.pack import VIEW
from portal.people.access import permitted
from portal.web.pages import answer


@require_safe
@permitted(VIEW)
def file(request, pk, name):
    """One file, as it went out."""
    name = name.upper()
    if name not in pack_files.TYPES:
        raise Http404
    rows = PackFile.objects.visible_to(request.user).told().defer(None).select_related("pack")
    found = get_object_or_404(rows, pack=pk, format=name)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(pack_files.bytes_of(found), content_type=pack_files.TYPES[name], headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(VIEW)
def verify(request):
    """A file, or its hash: is it the signed-off one?"""
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    context = {"form": form, "sha256": "", "found": None}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        context["sha256"] = pack_files.hash_of(given["file"]) if given["file"] else given["sha256"]
        context["found"] = pack_files.signed_off(request.user, context["sha256"])
    return answer(request, "board/packs/verify.html", context, status=422 if form.errors else 200)
