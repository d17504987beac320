"""Files that hang on a subject: whoever may open the subject may fetch them, as attachments and as nothing else."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from portal import subjects
from portal.record import files
from portal.record.models import StoredFile


def of(kind: str, pk: int) -> list[StoredFile]:
    """The files of one subject, oldest first, those that were archived as well."""
    found = StoredFile.objects.filter(subject_kind=kind, subject_id=pk)
    return list(found.select_related("created_by", "archived_by").order_by("pk"))


def fetch(key: UUID, user: Any) -> StoredFile:
    """The file, for somebody who may open what it hangs on. Raises Http404, also for a file that hangs on nothing."""
    file = StoredFile.objects.filter(pk=key).exclude(subject_kind="").first()
    if file is None or not subjects.fetch([(file.subject_kind, file.subject_id)], user):
        raise Http404
    return file


def served(file: StoredFile) -> HttpResponseBase:
    """Its bytes, never shown in the page: no browser may guess a type or run what is in it."""
    response = StreamingHttpResponse(_pieces(file), content_type="application/octet-stream")
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


def _pieces(file: StoredFile) -> Iterator[bytes]:
    stream = files.open_stream(file)
    while piece := stream.read(64 * 1024):
        yield piece
