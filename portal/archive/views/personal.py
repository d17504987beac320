"""What is held on a person: for themselves, and for administrators."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal.archive import personal
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.models import User
from portal.web.pages import answer

SHOWN = 50


@require_safe
@permitted(OPEN_TO_ALL)
def own(request: HttpRequest) -> HttpResponse:
    return _page(request, request.user)


@require_safe
@permitted(OPEN_TO_ALL)
def held(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _person(request, pk))


@require_safe
@permitted(OPEN_TO_ALL)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    response = HttpResponse(personal.packed(person, reader=request.user), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="person-{person.pk}.zip"'
    return response


def _person(request: HttpRequest, pk: int) -> User:
    """Somebody whose data the reader may read; for everybody else there is no such page."""
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if not personal.may_read(person, request.user):
        raise Http404
    return person


def _page(request: HttpRequest, person: User) -> HttpResponse:
    held_on = personal.held_on(person, reader=request.user)
    context = {"person": person, "held": held_on, "recent": held_on["did"][: -SHOWN - 1 : -1]}
    return answer(request, "archive/personal.html", context)
