"""A discovery file as a stream of bytes: unpacks gzip, counts, hashes and stops at the limit."""

import gzip
import hashlib
import io
import zlib
from typing import BinaryIO

from assets.errors import DiscoveryTooLarge, MalformedDiscovery, TruncatedDiscovery

GZIP_MAGIC = b"\x1f\x8b"
HEAD_BYTES = 4096


class Unpacked(io.RawIOBase):
    """Reads `stream` unpacked and at most `limit_bytes` of it; `sha256` and `byte_count` are of the unpacked content.

    Raises DiscoveryTooLarge past the limit, TruncatedDiscovery and MalformedDiscovery for broken packing.
    """

    def __init__(self, stream: BinaryIO, *, limit_bytes: int):
        super().__init__()
        buffered = stream if hasattr(stream, "peek") else io.BufferedReader(_Readable(stream))
        packed = buffered.peek(2)[:2] == GZIP_MAGIC
        self._source: BinaryIO = gzip.GzipFile(fileobj=buffered) if packed else buffered
        self._digest = hashlib.sha256()
        self.limit_bytes = limit_bytes
        self.byte_count = 0
        self.head = b""
        self.head = self._pull(HEAD_BYTES)
        self._pending = self.head

    @property
    def sha256(self) -> str:
        """Of everything pulled so far; of the whole file once it was read to its end."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._pending:
            self._pending = self._pull(len(buffer))
        taken, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def _pull(self, size: int) -> bytes:
        try:
            pulled = self._source.read(size)
        except EOFError:
            raise TruncatedDiscovery from None
        except (zlib.error, gzip.BadGzipFile):
            raise MalformedDiscovery from None
        self.byte_count += len(pulled)
        if self.byte_count > self.limit_bytes:
            raise DiscoveryTooLarge(self.limit_bytes)
        self._digest.update(pulled)
        return pulled


class _Readable(io.RawIOBase):
    """Gives anything with `read(size)` the shape that BufferedReader asks for."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        pulled = self._stream.read(len(buffer))
        buffer[: len(pulled)] = pulled
        return len(pulled)
