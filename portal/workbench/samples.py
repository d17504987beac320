"""What auditors ask of a list: how many rows there are, a sample that anybody can draw again, and the evidence of it as one file.

The order of a draw is that of MD5("<seed>:<id>"), so the same seed over the same rows gives the same sample, in any program.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit, files
from portal.record.models import AuditEntry, StoredFile
from portal.workbench import exports, spelling, tables
from portal.workbench.exports import Export
from portal.workbench.listed import Column
from portal.workbench.tables import Asked
from portal.workbench.zipping import Archive

SAMPLED = "list.sampled"
MOST_ROWS = 500
LONGEST_SEED = 64
USUAL_SIZE = 25
PIECE = 256 * 1024  # bytes


@dataclass(frozen=True)
class Draw:
    """`rows` in the order of the draw; `population` is all that the question asks for and the reader may open."""

    question: Asked
    seed: str
    size: int
    population: int
    rows: Sequence[Any]


def asked_for(seed: str, size: str) -> tuple[str, int]:
    """What an address says. Raises Invalid by field."""
    seed, wrong = seed.strip(), {}
    if not 1 <= len(seed) <= LONGEST_SEED or not seed.isprintable():
        wrong["seed"] = [_("Give a seed of 1 to 64 letters or digits; the same one draws the same rows again.")]
    size = size.strip() or str(USUAL_SIZE)
    if not (size.isascii() and size.isdigit() and len(size) < 5 and 1 <= int(size) <= MOST_ROWS):
        wrong["size"] = [_("Draw 1 to %(most)s rows.") % {"most": MOST_ROWS}]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], wrong)
    return seed, int(size)


def population(question: Asked, user: Any) -> int:
    return question.kind.find(user, question.filters).order_by().count()


def draw(question: Asked, seed: str, size: int, user: Any) -> Draw:
    """Two queries, and those of what stands beside the rows."""
    found, text = question.kind.find(user, question.filters), CharField()
    place = MD5(Concat(Value(f"{seed}:"), Cast("pk", text), output_field=text))
    beside = dict.fromkeys(name for column in question.kind.columns for name in column.beside)
    drawn = found.annotate(place=place).order_by("place", "pk").prefetch_related(*beside)
    rows = list(drawn.filter(pk__in=drawn.values("pk")[:size]))  # wide rows are read for the sample alone
    return Draw(question, seed, size, found.order_by().count(), rows)


def bundle(drawn: Draw, *, actor: Any) -> Export:
    """The sample with what proves it, as a ZIP: every file of it stands in the index with its SHA-256."""
    kind = drawn.question.kind
    told = {"kind": kind.kind, "population": drawn.population, "size": drawn.size, "rows": len(drawn.rows)}
    audit.record(actor, SAMPLED, actor, told, text=f"{drawn.question.query} seed={drawn.seed}")
    return Export(
        name=f"{kind.subject.resource}-sample-{organisations.today().isoformat()}.zip",
        content_type="application/zip",
        count=len(drawn.rows),
        parts=exports.in_language(_parts(drawn, actor)),
    )


def _parts(drawn: Draw, actor: Any) -> Iterator[bytes]:
    archive, kind = Archive(), drawn.question.kind
    columns = tuple(kind.columns)
    whole = tables.rows(drawn.question, actor).order_by("pk").iterator(chunk_size=exports.READ_EACH)
    yield from archive.add("population.csv", exports.as_csv(drawn.question, _naming(drawn.question), whole))
    yield from archive.add("sample.csv", exports.as_csv(drawn.question, columns, drawn.rows))
    yield from archive.add("sample.json", exports.as_json(drawn.question, columns, drawn.rows))
    reads_record = actor.has_perm("record.view_auditentry")
    for row in drawn.rows:
        folder = f"rows/{_safe(getattr(row, 'number', '') or str(row.pk))}"
        if reads_record:
            yield from archive.add(f"{folder}/record.csv", [_record(kind.kind, row.pk)])
        for file in StoredFile.objects.filter(subject_kind=kind.kind, subject_id=row.pk, archived_at=None).order_by(
            "created_at", "pk"
        ):
            yield from archive.add(f"{folder}/files/{str(file.pk)[-8:]}-{_safe(file.name)}", _content(file))
    index = [("path", "sha256", "bytes"), *archive.entries]
    yield from archive.add("index.csv", [_csv(index)])
    yield from archive.add("SHA256SUMS", ["".join(f"{sha}  {path}\n" for path, sha, _size in archive.entries).encode()])
    yield from archive.add("about.json", [_about(drawn, actor)])
    yield archive.close()


def _files(kind: str, pk: int) -> Any:
    """Whoever may open the row may fetch them."""
    return StoredFile.objects.filter(subject_kind=kind, subject_id=pk, archived_at=None).order_by("created_at", "pk")


def _about(drawn: Draw, actor: Any) -> bytes:
    """What was asked, by whom and when, and how to draw it again."""
    told = {
        "kind": drawn.question.kind.kind,
        "filter": drawn.question.filters,
        "population": drawn.population,
        "seed": drawn.seed,
        "size": drawn.size,
        "drawn": [row.pk for row in drawn.rows],
        "method": 'Rows of population.csv in the order of the hexadecimal MD5 of "<seed>:<id>" in UTF-8, the first <size> of them.',
        "check": "sha256sum --check SHA256SUMS",
        "taken_out_by": actor.pk,
        "taken_out_at": spelling.for_programs(clock.now()),
        "sees": _("the rows that this person may open"),
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def _naming(question: Asked) -> list[Any]:
    """The columns that say which row is which, with its id first."""
    names = [name for name in ("number", question.kind.heading) if name in question.kind.by_name]
    return [Column("id", "id", lambda row: row.pk), *(question.kind.by_name[name] for name in dict.fromkeys(names))]


def _record(kind: str, pk: int) -> bytes:
    """What the record holds of it: sequence, moment, verb, person by key, and the hash that chains it."""
    entries = AuditEntry.objects.filter(kind=kind, subject_id=pk).select_related("seal").order_by("pk")
    lines = [("sequence", "at", "verb", "person", "hash")]
    for entry in entries:
        seal = getattr(entry, "seal", None)
        moment = spelling.for_programs(entry.at)
        lines.append((seal and seal.seq, moment, entry.verb, entry.actor_id, seal and seal.hash))
    return _csv(lines)


def _content(file: StoredFile) -> Iterator[bytes]:
    with files.open_stream(file) as stream:
        while part := stream.read(PIECE):
            yield part


def _csv(lines: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue().encode()


def _safe(name: str) -> str:
    """A name that every system takes for a file of this folder."""
    return re.sub(r"[^\w.\-]", "_", name).lstrip(".")[-100:] or "file"
