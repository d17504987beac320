"""The parts of a push as they lie in the database: read as one file, forgotten when it ends or nobody sends more."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django.db import transaction

from assets.models import DiscoveryPush
from portal import clock

ABANDONED_AFTER = timedelta(hours=24)
State = DiscoveryPush.State


def expire() -> int:
    """End every push to which no part came for a day, and forget its parts; how many."""
    limit, count = clock.now() - ABANDONED_AFTER, 0
    for pk in DiscoveryPush.objects.filter(state=State.OPEN, touched_at__lt=limit).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            push = DiscoveryPush.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if push is not None and push.state == State.OPEN and push.touched_at < limit:
                end(push, State.ABANDONED)
                count += 1
    return count


def end(push: DiscoveryPush, state: str) -> None:
    """No further part is wanted, and those that came are forgotten. The caller holds the push."""
    push.state, push.ended_at = state, clock.now()
    push.save(update_fields=["state", "run", "ended_at"])
    push.parts.all().delete()


class Parts(io.RawIOBase):
    """The bytes of a push, one part at a time in memory."""

    def __init__(self, push: DiscoveryPush, sizes: Sequence[int]):
        super().__init__()
        self._push, self._at = push, 0
        self._starts = [0, *accumulate(sizes)]
        self._held: tuple[int, bytes] = (0, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._starts[-1]:
            return 0
        number = bisect_right(self._starts, self._at)
        offset = self._at - self._starts[number - 1]
        piece = self._part(number)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _part(self, number: int) -> bytes:
        if self._held[0] != number:
            self._held = (number, bytes(self._push.parts.values_list("content", flat=True).get(number=number)))
        return self._held[1]
