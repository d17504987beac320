"""Pages of packs: the list, one pack, its print page, and what changes one."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.board import pack_page, packs
from governance.board.forms.packs import BlockForm, OpenPackForm
from governance.board.models.pack import VIEW
from governance.board.pack_page import PREPARE
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(VIEW)
def listed(request):
    """The packs one may open, and the way to another one."""
    form = OpenPackForm(request.POST or None, user=request.user) if request.user.has_perm(PREPARE) else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            return gone_to(request, _address(packs.open_one(actor=request.user, **form.cleaned_data)))
        except Invalid as error:
            form.take(error)
    context = {"packs": pack_page.listed(request.user), "form": form}
    return answer(request, "board/packs/list.html", context, status=422 if form and form.errors else 200)


@require_safe
@permitted(VIEW)
def pack(request, pk):
    """One pack: what it says, what is missing, who signed it."""
    return answer(request, "board/packs/detail.html", {"page": pack_page.read(visible(request, pk), request.user)})


@require_safe
@permitted(VIEW)
def paper(request, pk):
    """The same for paper."""
    return answer(request, "board/packs/paper.html", {"page": pack_page.read(visible(request, pk), request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PREPARE)
def blocks(request, pk):
    """Put one block more in."""
    found = visible(request, pk)
    form = BlockForm(request.POST or None, pack=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = packs.add_block(found, actor=request.user, **form.cleaned_data)
            return gone_to(request, f"{_address(found)}#block-{made.pk}")
        except Invalid as error:
            form.take(error)
    return answer(request, "board/packs/blocks.html", {"pack": found, "form": form}, status=422 if form.errors else 200)


@require_POST
@permitted(PREPARE)
def numbers(request, pk):
    """Show the numbers of this moment."""
    return redirect(_address(packs.take_numbers(visible(request, pk), actor=request.user)))


@require_POST
@permitted(PREPARE)
def freezing(request, pk):
    """Freeze it as it stands, and ask both seats to sign."""
    told = request.POST.get("version", "")
    version = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else None
    return redirect(_address(packs.freeze(visible(request, pk), actor=request.user, version=version)))


@require_POST
@permitted(PREPARE)
def thawing(request, pk):
    """Make it a draft again."""
    return redirect(_address(packs.thaw(visible(request, pk), actor=request.user)))


@require_POST
@permitted(PREPARE)
def withdrawal(request, pk):
    """Nobody needs this draft."""
    packs.withdraw(visible(request, pk), actor=request.user)
    return redirect("board:packs")


def visible(request, pk):
    return get_object_or_404(pack_page.of_user(request.user), pk=pk)


def _address(found):
    return reverse("board:pack", args=[found.pk])
