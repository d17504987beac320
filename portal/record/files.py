"""Files in Postgres: stored and read piece by piece, so that memory stays the same whatever their size."""

import hashlib
import io
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.record.models import FileChunk, StoredFile

CHUNK = 1024 * 1024  # bytes


@transaction.atomic
def store(
    stream: BinaryIO, name: str, content_type: str = "", *, actor: Any, limit: int, gone_on: date | None = None
) -> StoredFile:
    """Keep what `stream` gives, at most `limit` bytes; a work file is cleared away after `gone_on`. Raises Invalid beyond."""
    file = StoredFile.objects.create(
        name=_plain_name(name),
        content_type=content_type[:100] or "application/octet-stream",
        created_by=actor if actor is not None and actor.pk else None,
        gone_on=gone_on,
    )
    digest, size = hashlib.sha256(), 0
    for number, piece in enumerate(_pieces(stream)):
        size += len(piece)
        if size > limit:
            sentence = _("This file is larger than %(megabytes)d MB. Send a smaller one.") % {"megabytes": limit // CHUNK}
            raise Invalid(sentence, {"file": [sentence]})
        digest.update(piece)
        FileChunk.objects.create(file=file, number=number, content=piece)
    file.size, file.sha256 = size, digest.hexdigest()
    file.save(update_fields=["size", "sha256"])
    return file


def hang_on(file: StoredFile, kind: str, subject_id: int) -> None:
    """From now on whoever may open this subject may fetch the file."""
    file.subject_kind, file.subject_id = kind, subject_id
    file.save(update_fields=["subject_kind", "subject_id"])


def open_stream(file: StoredFile) -> io.BufferedReader:
    """The bytes of `file`, to be read and sought in; one chunk at a time is fetched."""
    return io.BufferedReader(_ChunkReader(file), buffer_size=64 * 1024)


class _ChunkReader(io.RawIOBase):
    def __init__(self, file: StoredFile):
        self._file_id, self._size, self._at = file.pk, file.size, 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, offset = divmod(self._at, CHUNK)
        part = self._chunk(number)[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            content = FileChunk.objects.values_list("content", flat=True).get(file=self._file_id, number=number)
            self._held = (number, bytes(content))
        return self._held[1]


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Pieces of exactly CHUNK bytes and a last shorter one, however little a single read gives."""
    held = bytearray()
    while read := stream.read(CHUNK):
        held += read
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)


def _plain_name(name: str) -> str:
    """The last part of whatever path a browser sent, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[-255:] or "file"
