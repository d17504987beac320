"""What a file is, from its own bytes: the name and the type that a browser sends are only claims."""

import codecs
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

HEAD = 8192  # bytes that are looked at
SHORT = 100  # bytes
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
PROGRAM = "application/x-program"

_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),  # Word, Excel, Outlook before 2007
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xfe\xed\xfa", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"#!", PROGRAM),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_INSIDE = (  # a member of the archive that gives it away
    ("word/document.xml", _OFFICE + "wordprocessingml.document"),
    ("xl/workbook.xml", _OFFICE + "spreadsheetml.sheet"),
    ("ppt/presentation.xml", _OFFICE + "presentationml.presentation"),
)
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
# What a name promises, where its content can be told. A name that promises nothing is no lie.
_PROMISED = {
    "pdf": {"application/pdf"},
    "png": {"image/png"},
    "jpg": {"image/jpeg"},
    "jpeg": {"image/jpeg"},
    "gif": {"image/gif"},
    "webp": {"image/webp"},
    "docx": {_INSIDE[0][1]},
    "xlsx": {_INSIDE[1][1]},
    "pptx": {_INSIDE[2][1]},
    "odt": {_OPEN_DOCUMENT + "text"},
    "ods": {_OPEN_DOCUMENT + "spreadsheet"},
    "zip": {"application/zip"},
    "gz": {"application/gzip"},
    "txt": {TEXT, "application/json"},
    "csv": {TEXT},
    "md": {TEXT},
    "json": {"application/json", TEXT},
}


@dataclass(frozen=True)
class Sniffed:
    """`fits` is False where the name promises another content."""

    content_type: str
    fits: bool

    @property
    def is_program(self) -> bool:
        return self.content_type == PROGRAM


def sniff(stream: BinaryIO, name: str) -> Sniffed:
    """What `stream`, which can be sought in and is left at its start, holds."""
    stream.seek(0)
    head = stream.read(HEAD)
    found = _of(head, stream)
    stream.seek(0)
    promised = _PROMISED.get(name.rpartition(".")[2].lower()) if "." in name else None
    return Sniffed(found, promised is None or found in promised)


def _of(head: bytes, stream: BinaryIO) -> str:
    for start, content_type in _STARTS:
        if head.startswith(start):
            return content_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head.startswith(b"PK\x03\x04"):
        return _inside(stream)
    return _text(head)


def _inside(stream: BinaryIO) -> str:
    """An archive by its table of contents; of its members only the few letters are unpacked in which some say what they are."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            named = bool(members) and members[0].filename == "mimetype" and members[0].file_size < SHORT
            kind = archive.read(members[0]).decode("ascii") if named else ""
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, RuntimeError, OSError, ValueError):
        return UNKNOWN
    names = {one.filename for one in members}
    found = next((content_type for member, content_type in _INSIDE if member in names), "")
    return found or (kind if kind.startswith(_OPEN_DOCUMENT) else "application/zip")


def _text(head: bytes) -> str:
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return UNKNOWN
    if any(letter < " " and letter not in "\t\n\r\f\x1b" for letter in text):
        return UNKNOWN
    start = text.lstrip()[:512].lower()
    if start.startswith(("<!doctype html", "<html", "<script", "<head", "<body")):
        return "text/html"
    if start.startswith(("<?xml", "<svg")):
        return "image/svg+xml" if "<svg" in start else "application/xml"
    return "application/json" if start.startswith(("{", "[")) else TEXT
