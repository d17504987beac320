"""Why can this person see that?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from portal import subjects
from portal.people import explained
from portal.people.access import permitted
from portal.web.offices.forms.access import WhyForm
from portal.web.pages import answer


@require_GET
@permitted("people.view_access")
def asked(request: HttpRequest) -> HttpResponse:
    """The question, and once it is asked the reasons in words, with an entry in the record. What the reader
    may not open stays without a name."""
    form = WhyForm(request.GET) if request.GET else WhyForm()
    context: dict[str, Any] = {"form": form}
    if request.GET and form.is_valid():
        said = form.cleaned_data
        context |= _told(request, said["person"], said["kind"], said["row"], said["reference"].strip().upper())
    return answer(request, "people/access/why.html", context, status=422 if request.GET and form.errors else 200)


def _told(request: HttpRequest, person: Any, kind: str, row: Any, reference: str) -> dict[str, Any]:
    subject = subjects.of_kind(kind)
    opened = subject.visible_to(request.user).filter(pk=row.pk).first()
    return {
        "person": person,
        "found": explained.ask(person, kind, row, actor=request.user),
        "word": subject.word,
        "label": subject.label(opened) if opened is not None else "",
        "url": subject.url(opened) if opened is not None else "",
        "reference": reference,
    }
