"""Archives written as they are read: what was written is handed on part by part, and nothing of it is kept. (calculation)"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator

SENT_EACH = 64 * 1024  # bytes


class Sink:
    """Where zipfile writes; what was written is taken away part by part."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, told: bytes) -> int:
        self.parts.append(bytes(told))
        self.size += len(told)
        return len(told)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        told, self.parts, self.size = b"".join(self.parts), [], 0
        return told


class Archive:
    """A ZIP on its way. Each file's SHA-256 and size are known once it was added: `entries` (path, sha256, bytes)."""

    def __init__(self) -> None:
        self._sink = Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]
        self.entries: list[tuple[str, str, int]] = []

    def add(self, path: str, parts: Iterable[bytes]) -> Iterator[bytes]:
        """Write one file; gives the parts of the archive that are ready meanwhile."""
        digest, size = hashlib.sha256(), 0
        entry = zipfile.ZipInfo(path)  # without a moment of its own, so that the same content is the same bytes
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(entry, "w") as file:
            for part in parts:
                digest.update(part)
                size += len(part)
                file.write(part)
                if self._sink.size >= SENT_EACH:
                    yield self._sink.taken()
        self.entries.append((path, digest.hexdigest(), size))

    def close(self) -> bytes:
        self._zip.close()
        return self._sink.taken()
