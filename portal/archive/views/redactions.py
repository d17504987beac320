"""Redaction: what was asked and decided, and the form on which it is asked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import subjects
from portal.archive import changes, redactions
from portal.archive.forms.redaction import RedactionForm
from portal.archive.models import Redaction
from portal.errors import Invalid
from portal.people import freshness
from portal.people.access import permitted
from portal.web import listing
from portal.web.pages import answer

NEWEST = listing.Order("-id", "id", descending=True)


@require_safe
@permitted("archive.view_keeping")
def listed(request: HttpRequest) -> HttpResponse:
    rows = Redaction.objects.visible_to(request.user).select_related("proposed_by", "decided_by")
    page = listing.page_of(rows, NEWEST, request.GET)
    named = subjects.fetch([row.key for row in page.rows], request.user)
    shown = [(row, _label(row, named), changes.labels(row.subject_kind, row.fields)) for row in page.rows]
    waiting = Redaction.objects.visible_to(request.user).filter(state=Redaction.State.PROPOSED).count()
    return answer(request, "archive/redactions.html", {"page": page, "rows": shown, "waiting": waiting})


@require_http_methods(["GET", "POST"])
@permitted("archive.redact")
@freshness.second_factor()
def proposal(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    subject = subjects.of_kind(kind)
    found = get_object_or_404(subject.visible_to(request.user), pk=pk)
    form = RedactionForm(request.POST or freshness.kept(request), kind=kind, pk=pk)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        try:
            redactions.propose(kind, pk, actor=request.user, fields=asked.pop("fields_"), **asked)
        except Invalid as error:
            for name, sentences in error.fields.items():
                form.add_error({"fields": "fields_"}.get(name, name), [str(one) for one in sentences])
        else:
            return redirect("archive:redactions")
    context = {"form": form, "label": subject.label(found), "url": subject.url(found)}
    return answer(request, "archive/redaction.html", context, status=422 if form.errors else 200)


@require_POST
@permitted("archive.redact")
@freshness.second_factor(back=lambda pk: reverse("archive:redactions"))
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """`answer=agree` carries it out, anything else refuses it."""
    redaction = get_object_or_404(Redaction.objects.visible_to(request.user), pk=pk)
    decide = redactions.carry_out if request.POST.get("answer") == "agree" else redactions.refuse
    decide(redaction, actor=request.user)
    return redirect("archive:redactions")


def _label(row: Redaction, named: dict) -> str:
    found = named.get(row.key)
    kind = subjects.of_kind(row.subject_kind)
    return kind.label(found) if found else _("a %(kind)s you may not open") % {"kind": kind.word}
