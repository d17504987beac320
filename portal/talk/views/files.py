"""Files beside a subject: added and archived here, fetched at their own address (archive/files/)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.errors import Invalid
from portal.people.access import permitted
from portal.talk import attaching, places
from portal.talk.forms.file import FileForm
from portal.talk.views import page


@require_POST
@permitted(page.MAY_ATTACH)
def attaching_one(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    place = places.find(kind, reference, request.user)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            attaching.attach(place, file, file.name, actor=request.user)
        except Invalid as error:
            form.take(error)
        else:
            return page.shown(request, place, then=f"{place.about_url}#files-h")
    return page.shown(request, place, file_form=form, status=422)


@require_POST
@permitted(page.MAY_ATTACH)
def archiving(request: HttpRequest, key: UUID) -> HttpResponse:
    file, place = attaching.find(key, request.user)
    attaching.archive(file, place, actor=request.user)
    return page.shown(request, place, then=f"{place.about_url}#files-h")
