"""The files of released packs, and how one is told from any other file: by its hash."""

import hashlib
from typing import Any, BinaryIO

from governance.board.models import PackFile
from governance.board.pack_errors import FileDisposed

Format = PackFile.Format
TYPES = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
PIECE = 64 * 1024  # bytes


def signed_off(user: Any, sha256: str) -> PackFile | None:
    """The file of a released pack with this hash, among those that `user` may open; None where there is none."""
    rows = PackFile.objects.visible_to(user).filter(sha256=sha256).told()
    return rows.select_related("pack__unit").order_by("pk").first()


def bytes_of(file: PackFile) -> bytes:
    """Of one of `told()`. Raises FileDisposed where they went."""
    if file.disposed_at is not None:
        raise FileDisposed(at=file.disposed_at)
    return bytes(file.content)


def hash_of(stream: BinaryIO) -> str:
    """SHA-256 of what `stream` gives, piece by piece."""
    digest = hashlib.sha256()
    while piece := stream.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
