"""Stored files, to fetch."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from portal.archive import attachments
from portal.people.access import OPEN_TO_ALL, permitted


@require_safe
@permitted(OPEN_TO_ALL)
def file(request: HttpRequest, key: UUID) -> HttpResponseBase:
    return attachments.served(attachments.fetch(key, request.user))
