"""Questions to released packs: asked on a block, answered by both offices in the same words."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from governance.board import pack_blocks, questions
from governance.board.forms.packs import AnswerForm, QuestionForm
from governance.board.models import PackBlock, PackQuestion
from governance.board.models.pack import VIEW
from governance.board.pack_page import ASK
from portal.errors import Invalid
from portal.people.access import permitted
from portal.people.reach import grants
from portal.signing import panels
from portal.web.pages import answer
from risks.views.answers import gone_to

ANSWER = "board.answer_question"


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(ASK)
def asking(request, pk):
    """Ask about one block of a released pack."""
    rows = PackBlock.objects.visible_to(request.user).current().select_related("pack__unit", "pack__numbers")
    block = get_object_or_404(rows, pk=pk)
    if not block.pack.is_released:
        raise Http404
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            questions.ask(block, form.cleaned_data["text"], actor=request.user)
            return gone_to(request, f"{_pack(block)}#block-{block.pk}")
        except Invalid as error:
            form.take(error)
    context = {"about": block, "pack": block.pack, "heading": pack_blocks.heading(block), "form": form}
    return answer(request, "board/packs/asking.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(VIEW)
def question(request, pk):
    """One question, the words of its answer, who wrote and who signed them."""
    found = get_object_or_404(PackQuestion.objects.visible_to(request.user).whole(), pk=pk)
    form = None
    if found.answered_at is None and request.user.has_perm(ANSWER) and grants(request.user).seats & {"CIO", "CISO"}:
        form = AnswerForm(request.POST or None, initial={"text": found.answer.text if found.answer else ""})
    if request.method == "POST" and form is None:
        return redirect("board:question", pk=pk)
    if request.method == "POST" and form.is_valid():
        try:
            questions.answer(found, form.cleaned_data["text"], actor=request.user)
            return redirect("board:question", pk=pk)
        except Invalid as error:
            form.take(error)
    context = {
        "question": found,
        "pack": found.block.pack,
        "heading": pack_blocks.heading(found.block),
        "panel": panels.read(found, request.user),
        "form": form,
    }
    return answer(request, "board/packs/question.html", context, status=422 if form and form.errors else 200)


def _pack(block):
    return reverse("board:pack", args=[block.pack_id])
