"""A discovery file pushed in parts: begin, send each part with its number and hash, finish.

A part that was sent before is answered again and changes nothing, so whoever lost the connection sends what is missing. The
parts lie in the database until the push is finished, or until none came for a day; the file then comes in by `intake.take_in`,
like any other.
"""

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from assets import authority
from assets.discovery import intake, parts
from assets.errors import DiscoveryTooLarge, UnreadableDiscovery
from assets.models import DiscoveryPart, DiscoveryPush, DiscoveryRun
from assets.push_errors import PartDiffers, PartsMissing, PushEnded, TooManyPushes
from portal import clock, turns
from portal.errors import Invalid
from portal.people.models import Unit

PART_LIMIT = 8 * 1024 * 1024  # bytes
MOST_PARTS = 4096
MOST_OPEN = 20  # pushes of one account
State = DiscoveryPush.State


@transaction.atomic
def begin(
    source: str,
    *,
    actor: Any,
    unit: Unit,
    file_name: str = "",
    networks: Sequence[str] = (),
    headings: Sequence[str] = (),
    is_complete: bool = False,
) -> DiscoveryPush:
    """An open push that waits for its parts. Raises what `intake.take_in` would of these words, and TooManyPushes."""
    authority.require(actor, "assets.take_in_discovery", unit)
    told = intake.checked_words(source, networks, headings)
    turns.wait_for(f"discovery pushes {actor.pk}")
    if DiscoveryPush.objects.filter(started_by=actor, state=State.OPEN).count() >= MOST_OPEN:
        raise TooManyPushes(MOST_OPEN)
    return DiscoveryPush.objects.create(
        source=told.source,
        unit=unit,
        file_name=file_name[:255],
        networks=told.networks,
        headings=list(headings),
        is_complete=is_complete,
        started_by=actor,
    )


@transaction.atomic
def put(push: DiscoveryPush, number: int, sha256: str, content: bytes, *, actor: Any) -> tuple[DiscoveryPart, bool]:
    """Keep one part; (part, whether it is new). Raises PushEnded, PartDiffers where another part has this number, Invalid by
    field, DiscoveryTooLarge."""
    push = _locked(push, actor)
    if push.state != State.OPEN:
        raise PushEnded(push)
    _check(number, sha256, content)
    known = push.parts.defer("content").filter(number=number).first()
    if known is not None and known.sha256 != sha256.lower():
        raise PartDiffers(number)
    if known is not None:
        return known, False
    if (push.parts.aggregate(n=Sum("size"))["n"] or 0) + len(content) > settings.PUSH_UPLOAD_LIMIT:
        raise DiscoveryTooLarge(settings.PUSH_UPLOAD_LIMIT)
    part = DiscoveryPart.objects.create(push=push, number=number, size=len(content), sha256=sha256.lower(), content=content)
    push.touched_at = clock.now()
    push.save(update_fields=["touched_at"])
    return part, True


@transaction.atomic
def finish(push: DiscoveryPush, *, actor: Any, part_count: int, sha256: str = "") -> tuple[DiscoveryRun, bool]:
    """Take in the file that parts 1 to `part_count` make; (its run, whether that is new): a repeat gives the same run again.

    `sha256` is of the whole as it was sent. Raises PushEnded where it was abandoned, PartsMissing with the numbers, Invalid by
    field, and what `intake.take_in` does; then the push stays open as it was.
    """
    push = _locked(push, actor)
    if push.run is not None:
        return push.run, False
    if push.state != State.OPEN:
        raise PushEnded(push)
    sizes = dict(push.parts.order_by("number").values_list("number", "size"))
    missing = [number for number in range(1, part_count + 1) if number not in sizes]
    if missing or len(sizes) != part_count:
        raise PartsMissing(missing, len(sizes), part_count)
    stream = io.BufferedReader(parts.Parts(push, list(sizes.values())), buffer_size=64 * 1024)
    if sha256 and hashlib.file_digest(stream, "sha256").hexdigest() != sha256.lower():
        sentence = _("The parts together have another SHA-256. Compare the hash of each part with the file, and push it anew.")
        raise Invalid(sentence, {"sha256": [sentence]})
    stream.seek(0)
    try:
        run = intake.take_in(
            stream,
            push.source,
            actor=actor,
            unit=push.unit,
            file_name=push.file_name,
            networks=push.networks,
            headings=push.headings,
            is_complete=push.is_complete,
            limit_bytes=settings.PUSH_UPLOAD_LIMIT,
        )
    except UnreadableDiscovery as error:
        error.fields = {"parts": [str(error)]}
        raise
    push.run = run
    parts.end(push, State.FINISHED)
    return run, True


def _locked(push: DiscoveryPush, actor: Any) -> DiscoveryPush:
    push = DiscoveryPush.objects.select_for_update(of=["self"]).select_related("unit", "run").get(pk=push.pk)
    authority.require(actor, "assets.take_in_discovery", push.unit)
    return push


def _check(number: int, sha256: str, content: bytes) -> None:
    wrong: dict[str, list[str]] = {}
    if not 1 <= number <= MOST_PARTS:
        wrong["number"] = [_("Number the parts from 1 to %(most)d.") % {"most": MOST_PARTS}]
    if not content or len(content) > PART_LIMIT:
        wrong["part"] = [_("A part has 1 byte to %(megabytes)d MB.") % {"megabytes": PART_LIMIT // 1024 // 1024}]
    elif hashlib.sha256(content).hexdigest() != sha256.lower():
        wrong["sha256"] = [_("This is not the SHA-256 of the part that came. Send the part again.")]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], wrong)
