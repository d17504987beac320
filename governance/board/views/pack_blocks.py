"""What changes one block of a pack: its words, a dispute about its number, whether it stays."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from governance.board import pack_page, pack_words, packs
from governance.board.forms.packs import BlockWordsForm
from governance.board.models import PackBlock
from governance.board.pack_page import PREPARE
from governance.board.views.packs import visible
from portal.errors import Invalid
from portal.people.access import permitted
from portal.web.pages import answer
from risks.views.answers import gone_to

ACTS = {
    "words": (pack_words.write, _("Keep these words")),
    "answer": (pack_words.answer, _("Answer it so")),
    "dispute": (pack_words.dispute, _("Dispute this number")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PREPARE)
def words(request, pk):
    """Say what it means; `?part=answer` answers a dissent, `?part=dispute` disputes the number."""
    block, part = _visible(request, pk), request.GET.get("part", "words")
    write, verb = ACTS.get(part, ACTS["words"])
    page = pack_page.read(visible(request, block.pack_id), request.user)
    shown = next(one for one in page.blocks if one.block.pk == block.pk)
    known = {"words": shown.words, "answer": shown.answer, "dispute": shown.block.dispute}.get(part)
    form = BlockWordsForm(request.POST if request.method == "POST" else None, initial={"text": known.text if known else ""})
    if request.method == "POST" and form.is_valid():
        try:
            write(block, form.cleaned_data["text"], actor=request.user)
            return gone_to(request, _address(block))
        except Invalid as error:
            form.take(error)
    context = {"page": page, "shown": shown, "form": form, "part": part if part in ACTS else "words", "verb": verb}
    return answer(request, "board/packs/words.html", context, status=422 if form.errors else 200)


@require_POST
@permitted(PREPARE)
def removal(request, pk):
    """Take it out."""
    block = _visible(request, pk)
    packs.remove_block(block, actor=request.user)
    return redirect("board:pack", pk=block.pack_id)


@require_POST
@permitted(PREPARE)
def dispute(request, pk):
    """Print the dispute beside the number, or take it back."""
    block = _visible(request, pk)
    act = pack_words.settle_dispute if request.POST.get("settle") else pack_words.print_dispute
    act(block, actor=request.user)
    return redirect(_address(block))


def _visible(request, pk):
    rows = PackBlock.objects.visible_to(request.user).current().select_related("pack", "position__signature")
    return get_object_or_404(rows, pk=pk)


def _address(block):
    return f"{reverse('board:pack', args=[block.pack_id])}#block-{block.pk}"
