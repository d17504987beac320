"""The files of released packs, made by a worker once each: the rows say which are missing."""

import hashlib
from collections.abc import Callable, Mapping

from django.db.models import Count, QuerySet

from governance.board.models import BoardPack, PackFile
from governance.board.output import document, pdf, pptx, xlsx
from portal import clock

Format = PackFile.Format
WRITERS: Mapping[str, Callable[[document.Document], bytes]] = {
    Format.PDF: pdf.write,
    Format.XLSX: xlsx.write,
    Format.PPTX: pptx.write,
}


def make_missing() -> int:
    """Every file that a released pack lacks; returns how many. Two at once do no harm: the first file stays."""
    made = 0
    for pack in lacking():
        said, there = document.of(pack), set(pack.files.values_list("format", flat=True))
        for name in sorted(WRITERS.keys() - there):
            _keep(pack, name, WRITERS[name](said))
            made += 1
    return made


def lacking() -> QuerySet[BoardPack]:
    """Released packs of which a file is not made yet, the oldest first."""
    counted = BoardPack.objects.filter(state=BoardPack.State.RELEASED).annotate(count=Count("files"))
    return BoardPack.objects.whole().filter(pk__in=counted.filter(count__lt=len(WRITERS)).values("pk")).order_by("pk")


def _keep(pack: BoardPack, name: str, content: bytes) -> None:
    row = PackFile(pack=pack, format=name, content=content, size=len(content), made_at=clock.now())
    row.sha256 = hashlib.sha256(content).hexdigest()
    PackFile.objects.bulk_create([row], ignore_conflicts=True)
