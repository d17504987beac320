"""Files that people lay beside a subject: added, fetched, archived. Whoever may open the subject may fetch them."""

from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from pghistory.models import Event

from portal import clock
from portal.archive import attachments
from portal.record import audit, files
from portal.record.models import FileChunk, StoredFile
from portal.talk import places, sniffing
from portal.talk.errors import ArchivedYet, BelongsElsewhere, NotKept, NotYourFile, TooManyFiles
from portal.talk.places import Place

MOST = 100  # files of one subject that are not archived
KEEPERS = "archive.redact"  # they archive what others added


@transaction.atomic
def attach(place: Place, stream: BinaryIO, name: str, *, actor: Any) -> StoredFile:
    """Keep what `stream` gives, of the type that its own bytes say.

    Raises TooManyFiles, NotKept for what is empty, a program or something else than its name says, and Invalid beyond the limit.
    """
    found = sniffing.sniff(stream, name)
    if found.is_program:
        raise NotKept(_("This is a program, which the portal does not keep. Send what it produced instead."))
    if not found.fits:
        raise NotKept(_("This file is something else than its name says. Give it the right name, then send it again."))
    places.take_turn(place)
    if sum(one.archived_at is None for one in attachments.of(place.kind, place.pk)) >= MOST:
        raise TooManyFiles(MOST)
    file = files.store(stream, name, found.content_type, actor=actor, limit=settings.ATTACHMENT_LIMIT)
    if not file.size:
        raise NotKept(_("This file is empty. Choose another."))
    files.hang_on(file, place.kind, place.pk)
    audit.record(actor, "file.attached", place.row, {"file": str(file.pk), "size": file.size, "sha256": file.sha256})
    return file


@transaction.atomic
def archive(file: StoredFile, place: Place, *, actor: Any) -> StoredFile:
    """It is no longer among the files of its subject; it stays and can be fetched by its address.

    Raises ArchivedYet, BelongsElsewhere, NotYourFile.
    """
    file = StoredFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.archived_at is not None:
        raise ArchivedYet
    if is_kept_elsewhere(file):
        raise BelongsElsewhere
    if not may_archive(file, actor):
        raise NotYourFile
    file.archived_at, file.archived_by = clock.now(), actor
    file.save(update_fields=["archived_at", "archived_by"])
    audit.record(actor, "file.archived", place.row, {"file": str(file.pk)})
    return file


def find(key: UUID, user: Any) -> tuple[StoredFile, Place]:
    """One file and what it hangs on, for whoever may open that. Raises Http404."""
    file = attachments.fetch(key, user)
    return file, places.find(file.subject_kind, file.subject_id, user)


def may_archive(file: StoredFile, user: Any) -> bool:
    return file.created_by_id == user.pk or user.has_perm(KEEPERS)


def is_kept_elsewhere(file: StoredFile) -> bool:
    """Whether a row of another room leans on it: evidence, a scan, a sheet."""
    relations = [one for one in StoredFile._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    leaning = [one.field for one in relations if not issubclass(one.related_model, FileChunk | Event)]
    return any(one.model._default_manager.filter(**{one.name: file}).exists() for one in leaning)
