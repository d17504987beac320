"""The only way in for a discovery file: by browser, API (whole or in parts), command, `take_in` checks it, a worker reads it."""

import io
import ipaddress
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from assets import authority
from assets.discovery import permits, readers
from assets.discovery.candidate import Scan
from assets.discovery.readers import listing
from assets.discovery.settling import accept, ignore
from assets.discovery.unpacked import Unpacked
from assets.errors import DiscoveryTooLarge
from assets.models import DiscoveryRun
from portal import turns
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Unit
from portal.record import audit, files

__all__ = ["accept", "check", "ignore", "take_in"]

KEPT_DAYS = 30
LONGEST_SOURCE = 60
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Checked:
    """A file that was read to its end without a complaint."""

    reader: str
    sha256: str  # of the unpacked content
    host_count: int
    scan: Scan
    reached: frozenset[int] = frozenset()  # safety zones in which a host answered
    headings: Mapping[str, str] = field(default_factory=dict)  # by which its columns were read


@dataclass(frozen=True)
class Words:
    """Who looked, which networks the scan covered, and what columns are, by heading."""

    source: str
    networks: list[str]
    headings: dict[str, str]


def take_in(
    stream: BinaryIO,
    source: str,
    *,
    actor: Any,
    unit: Unit,
    reader: str | None = None,
    file_name: str = "",
    networks: Sequence[str] = (),
    headings: Sequence[str] = (),
    is_complete: bool = False,
    limit_bytes: int | None = None,
) -> DiscoveryRun:
    """A run that waits for a worker; one that says "read before" where `source` brought the same content for `unit` already.

    `networks` overrides what the file says it looked at; `headings` says of columns what they are ("Standort = location"), for
    this file and the source's next ones; `is_complete` marks a list of everything there is. Raises UnreadableDiscovery, with
    nothing stored, or Invalid for `source`, `networks` and `headings`.
    """
    authority.require(actor, "assets.take_in_discovery", unit)
    words = checked_words(source, networks, headings)
    source, networks, told = words.source, words.networks, _remembered(words.source) | words.headings
    limit_bytes = limit_bytes or settings.BROWSER_UPLOAD_LIMIT
    with _twice_readable(stream, limit_bytes) as file:
        checked = check(file, reader=reader, limit_bytes=limit_bytes, headings=told)
        file.seek(0)
        return _stored(file, source, checked, actor, unit, file_name, networks, is_complete, limit_bytes)


def checked_words(source: str, networks: Sequence[str], headings: Sequence[str]) -> Words:
    """What is told of a file beside it, spelled alike. Raises Invalid by field."""
    source = " ".join(source.split())
    if not source or len(source) > LONGEST_SOURCE:
        sentence = _("Name the source in 1 to 60 characters, the same each time, such as nmap-northfield.")
        raise Invalid(sentence, fields={"source": [sentence]})
    return Words(source, _networks(networks), _headings(headings))


def check(
    file: BinaryIO, *, reader: str | None = None, limit_bytes: int, headings: Mapping[str, str] = listing.NOTHING_TOLD
) -> Checked:
    """Read `file` to its end and keep nothing. Raises UnreadableDiscovery."""
    unpacked = Unpacked(file, limit_bytes=limit_bytes)
    name = reader or readers.named(unpacked.head)
    count, scan, watch = 0, None, permits.watch()
    for candidate in readers.read(name, io.BufferedReader(unpacked), headings):
        count, scan = count + 1, scan or candidate.scan
        watch.see(candidate)
    scan = scan or Scan()
    watch.see_networks(scan.networks)
    told = {} if name == DiscoveryRun.Reader.NMAP_XML else dict(headings)
    return Checked(name, unpacked.sha256, count, scan, frozenset(watch.reached), told)


def _remembered(source: str) -> dict[str, str]:
    """What was last told of the headings of this source."""
    runs = DiscoveryRun.objects.filter(source=source).exclude(headings={}).order_by("-pk")
    return runs.values_list("headings", flat=True).first() or {}


def _headings(told: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in told:
        heading, _mark, column = (part.strip() for part in text.rpartition("="))
        if not listing.spelled(heading) or column not in (*listing.HEADINGS, listing.LEFT_OUT):
            known = ", ".join(listing.HEADINGS)
            sentence = _("“%(text)s” says of no heading what it is. Write it like Standort = location; the columns are %(known)s.")
            sentence %= {"text": text[:60], "known": known}
            raise Invalid(sentence, fields={"headings": [sentence]})
        found[listing.spelled(heading)] = column
    return found


def _networks(told: Sequence[str]) -> list[str]:
    networks = []
    for text in told:
        try:
            networks.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            sentence = _("“%(text)s” is no network. Write it like 10.20.1.0/24.") % {"text": text[:60]}
            raise Invalid(sentence, fields={"networks": [sentence]}) from None
    return networks


@transaction.atomic
def _stored(file, source, checked, actor, unit, file_name, networks, is_complete, limit_bytes) -> DiscoveryRun:
    turns.wait_for(f"discovery {source} {checked.sha256}")  # two uploads of one file at the same moment: one is first
    states, looked_at = DiscoveryRun.State, list(networks or checked.scan.networks)
    # Told otherwise it is read again: of another unit, as a complete list, or as a look at other networks, it proposes otherwise.
    same = {"source": source, "sha256": checked.sha256, "headings": checked.headings}
    same |= {"unit": unit, "is_complete": is_complete, "scan__networks": looked_at}
    earlier = DiscoveryRun.objects.filter(**same).exclude(state=states.REFUSED)
    run = DiscoveryRun(
        source=source,
        reader=checked.reader,
        unit=unit,
        file_name=file_name[:255],
        sha256=checked.sha256,
        scan={
            "command": checked.scan.scanner,
            "networks": looked_at,
            "ports": [list(ports) for ports in checked.scan.ports],
        },
        headings=checked.headings,
        is_complete=is_complete,
        scanned_at=checked.scan.started_at,
        observation_count=checked.host_count,
        started_by=actor,
    )
    run.held_for = permits.without_permit(checked.reader, checked.reached | permits.unplaced(unit), run.scanned_at)
    if run.held_for:
        run.state = states.HELD
    if earlier.exists():
        run.state, run.finished_at = states.UNCHANGED, run.created_at
    else:
        gone_on = organisations.today() + timedelta(days=KEPT_DAYS)
        name = file_name[:255] or f"{source}.{checked.reader}"
        run.file = files.store(file, name, "application/octet-stream", actor=actor, limit=limit_bytes, gone_on=gone_on)
    run.save()
    if run.file:
        files.hang_on(run.file, "discovery-run", run.pk)
    if run.state == states.HELD:
        permits.hold(run)
    audit.record(actor, "discovery-run.taken-in", run, {"sha256": run.sha256, "hosts": run.observation_count})
    return run


@contextmanager
def _twice_readable(stream: BinaryIO, limit_bytes: int) -> Iterator[BinaryIO]:
    """`stream` itself where it can be read twice, else a copy on disk that is gone afterwards."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        size = 0
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limit_bytes:
                raise DiscoveryTooLarge(limit_bytes)
            copy.write(chunk)
        copy.seek(0)
        yield copy
