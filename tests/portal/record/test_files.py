import hashlib
import io
import tracemalloc
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from portal import clock
from portal.errors import Invalid
from portal.record import clearing, files
from portal.record.models import FileChunk, StoredFile
from portal.web.models import IdempotencyKey
from tests.factories.portal import make_user

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


def test_work_files_go_after_their_day_and_others_stay(db):
    today = clock.today("UTC")
    past = stored(b"1", gone_on=today - timedelta(days=1))
    last_day, kept = stored(b"2", gone_on=today), stored(b"3")

    assert clearing.clear_work_files() == 1

    assert set(StoredFile.objects.values_list("pk", flat=True)) == {last_day.pk, kept.pk}
    assert not FileChunk.objects.filter(file_id=past.pk).exists()


def test_idempotency_keys_go_after_48_hours(db):
    user = make_user()
    for hours, key in ((47, "0" * 32), (49, "1" * 32)):
        IdempotencyKey.objects.create(user=user, key=key, request_digest="", created_at=clock.now() - timedelta(hours=hours))

    assert clearing.clear_idempotency_keys() == 1

    assert str(IdempotencyKey.objects.get().key).replace("-", "") == "0" * 32


def test_sign_ins_of_long_ago_are_forgotten(db):
    for days, name in ((89, "kept"), (91, "gone")):
        attempt = AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", failures_since_start=1)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=clock.now() - timedelta(days=days))
    Session.objects.create(session_key="over", session_data="", expire_date=clock.now() - timedelta(seconds=1))

    assert clearing.clear_sign_ins() == 2

    assert AccessAttempt.objects.get().username == "kept"
