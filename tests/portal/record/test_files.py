import hashlib
import io
import tracemalloc

import pytest

from portal.errors import Invalid
from portal.record import files
from portal.record.models import FileChunk, StoredFile

MB = files.CHUNK


class Trickle(io.RawIOBase):
    """`size` bytes that come 7,001 at a time, as from a network, and exist nowhere at once."""

    def __init__(self, size):
        self.left = size

    def readable(self):
        return True

    def read(self, wanted=-1):
        part = min(7001, wanted, self.left)
        self.left -= part
        return b"x" * part


def stored(content, name="scan.xml", **fields):
    return files.store(io.BytesIO(content), name, "text/xml", actor=None, limit=10 * MB, **fields)


@pytest.mark.parametrize("size", [0, 1, MB - 1, MB, MB + 1, 2 * MB + 17])
def test_a_file_comes_back_as_it_was(db, size):
    content = bytes(index % 251 for index in range(size))

    file = stored(content)

    assert (file.size, file.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert files.open_stream(file).read() == content
    assert FileChunk.objects.filter(file=file).count() == -(-size // MB)


def test_a_file_can_be_sought_in(db):
    file = stored(b"a" * MB + b"needle" + b"b" * 100)
    stream = files.open_stream(file)

    stream.seek(MB)

    assert stream.read(6) == b"needle"
    assert stream.seek(-3, io.SEEK_END) == MB + 103
    assert stream.read() == b"bbb"


def test_a_file_over_the_limit_is_refused_and_nothing_is_kept(db):
    with pytest.raises(Invalid) as refusal:
        files.store(Trickle(3 * MB + 1), "big.xml", actor=None, limit=3 * MB)

    assert refusal.value.fields == {"file": ["This file is larger than 3 MB. Send a smaller one."]}
    assert StoredFile.objects.count() == FileChunk.objects.count() == 0


def test_the_limit_ends_the_reading(db):
    endless = Trickle(500 * MB)

    with pytest.raises(Invalid):
        files.store(endless, "big.xml", actor=None, limit=MB)

    assert endless.left > 497 * MB


def test_storing_and_reading_hold_a_few_pieces_at_a_time(db):
    tracemalloc.start()
    try:
        file = files.store(Trickle(24 * MB), "big.bin", actor=None, limit=30 * MB)
        stream = files.open_stream(file)
        while stream.read(MB):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 12 * MB


@pytest.mark.parametrize(
    ("given", "kept"),
    [("C:\\scans\\plant.xml", "plant.xml"), ("../../etc/passwd", "passwd"), ("a\r\nb\x00.xml", "ab.xml"), ("dir/", "file")],
)
def test_a_file_keeps_its_plain_name(db, given, kept):
    assert stored(b"x", given).name == kept
