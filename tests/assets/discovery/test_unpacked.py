import gzip
import io

import pytest

from assets.discovery.unpacked import Unpacked
from assets.errors import DiscoveryTooLarge, MalformedDiscovery, TruncatedDiscovery

TEXT = b"asset_id,name\n" + b"".join(b"V-%d,Press %d\n" % (n, n) for n in range(2000))


def read_all(packed, limit_bytes=1_000_000):
    unpacked = Unpacked(io.BytesIO(packed), limit_bytes=limit_bytes)
    return unpacked, io.BufferedReader(unpacked).read()


def test_plain_and_packed_files_are_the_same_content_with_the_same_hash():
    plain, text = read_all(TEXT)
    packed, unpacked_text = read_all(gzip.compress(TEXT))

    assert text == unpacked_text == TEXT
    assert plain.sha256 == packed.sha256
    assert packed.byte_count == len(TEXT)


def test_the_head_shows_the_first_bytes_without_consuming_them():
    unpacked, text = read_all(gzip.compress(TEXT))

    assert TEXT.startswith(unpacked.head)
    assert text == TEXT


def test_the_limit_counts_unpacked_bytes():
    bomb = gzip.compress(b"\x00" * 5_000_000)

    with pytest.raises(DiscoveryTooLarge, match="1 MB"):
        read_all(bomb)


def test_exactly_the_limit_still_passes():
    assert read_all(TEXT, limit_bytes=len(TEXT))[1] == TEXT


def test_half_an_archive_is_called_cut_off():
    with pytest.raises(TruncatedDiscovery):
        read_all(gzip.compress(TEXT)[:-400])


def test_a_broken_archive_is_called_damaged():
    packed = bytearray(gzip.compress(TEXT))
    packed[60:90] = b"\xff" * 30

    with pytest.raises(MalformedDiscovery):
        read_all(bytes(packed))


def test_an_empty_stream_has_an_empty_head():
    unpacked, text = read_all(b"")

    assert (unpacked.head, text) == (b"", b"")
