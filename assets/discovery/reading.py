"""What the worker does with a run: store what was seen, compare it with the inventory, propose.

Each batch is one transaction that also moves the run's counter, so a run whose worker was killed goes on where the last
batch ended and nothing is stored or proposed twice.
"""

import gc
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min

from assets import identifiers
from assets.discovery import matching, personal, precedence, proposing, readers, seen_rows, vanishing
from assets.discovery.candidate import Candidate
from assets.discovery.unpacked import Unpacked
from assets.errors import UnreadableDiscovery
from assets.models import DiscoveryRun, Observation, Proposal
from portal import clock, copying, turns
from portal.record import audit, files

BATCH = 2000
MOST_ATTEMPTS = 5
SELDOM = (50_000, 20, 100)  # objects before the garbage is looked through, and how often the older ones are


def read_waiting() -> int:
    """Read every run that waits, or whose worker died amid it; how many were read to their end."""
    return sum(read(pk) for pk in _unread().order_by("pk").values_list("pk", flat=True))


def lag() -> tuple[int, float]:
    """How many runs are not read to their end, and since when the oldest waits [s]."""
    found = _unread().aggregate(runs=Count("pk"), oldest=Min("created_at"))
    return found["runs"], max(0.0, (clock.now() - found["oldest"]).total_seconds()) if found["oldest"] else 0.0


def _unread():
    return DiscoveryRun.objects.filter(state__in=[DiscoveryRun.State.WAITING, DiscoveryRun.State.READING])


def read(run_id: int) -> bool:
    """Read one run to its end; False where another worker has it or nothing is left to do."""
    with turns.alone("discovery run", run_id) as alone:
        run = _begun(run_id) if alone else None
        if run is None:
            return False
        try:
            with _garbage_seldom():
                _store_observations(run)
                _compare(run)
        except UnreadableDiscovery as refusal:
            _refuse(run, refusal.code)
            return False
        _finish(run)
        return True


@contextmanager
def _garbage_seldom() -> Iterator[None]:
    """Whatever a batch makes lives until its end, so that looking for garbage amid it finds none: a third of the time, measured."""
    thresholds = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


@transaction.atomic
def _begun(run_id: int) -> DiscoveryRun | None:
    run = DiscoveryRun.objects.select_for_update(of=["self"]).select_related("file", "unit").get(pk=run_id)
    if run.state not in (DiscoveryRun.State.WAITING, DiscoveryRun.State.READING):
        return None
    run.attempts += 1
    if run.attempts > MOST_ATTEMPTS or run.file is None:
        _refuse(run, "gave-up")
        return None
    run.state = DiscoveryRun.State.READING
    run.save(update_fields=["attempts", "state"])
    return run


@transaction.atomic
def _refuse(run: DiscoveryRun, code: str) -> None:
    run.state, run.refusal, run.finished_at = DiscoveryRun.State.REFUSED, {"code": code}, clock.now()
    run.save(update_fields=["attempts", "state", "refusal", "finished_at"])
    audit.record(None, "discovery-run.refused", run, {"code": code})


def _store_observations(run: DiscoveryRun) -> None:
    stream = Unpacked(files.open_stream(run.file), limit_bytes=settings.PUSH_UPLOAD_LIMIT)
    candidates = islice(readers.read(run.reader, io.BufferedReader(stream), run.headings), run.read_count, None)
    for batch in _batches(candidates):
        with transaction.atomic():
            seen = [one.seen_by(run.source) for one in batch]
            seen_rows.store(proposing.observation(run, ordinal, one) for ordinal, one in enumerate(seen, start=run.read_count))
            run.read_count += len(seen)
            run.save(update_fields=["read_count"])


def _batches(candidates: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    while batch := list(islice(candidates, BATCH)):
        yield batch


def _compare(run: DiscoveryRun) -> None:
    ranks, ranges = precedence.ranking(), personal.networks()
    while run.matched_count < run.read_count:
        with transaction.atomic():
            first, run.matched_count = run.matched_count, min(run.matched_count + BATCH, run.read_count)
            batch = run.observations.filter(ordinal__range=(first, run.matched_count - 1))
            _propose(run, list(batch.order_by("ordinal")), ranks, ranges)
            run.save(update_fields=["matched_count"])


def _propose(run: DiscoveryRun, batch: list[Observation], ranks: precedence.Ranking, ranges: Sequence[personal.Network]) -> None:
    """Proposals about the observations of one batch, seen together with whatever else in the run is tied to them; none about
    devices in `ranges`, which are people's own, unless the inventory knows them."""
    scan = proposing.scan_of(run)
    holders = identifiers.owners((rung, value) for row in batch for rung, value in row.identifiers)
    known = proposing.known_assets({pk for ids in holders.values() for pk in ids}, run.source, ranks)
    tied = seen_rows.tied_to(run, batch, known)
    if tied:
        holders = identifiers.owners((rung, value) for row in [*batch, *tied] for rung, value in row.identifiers)
        known = proposing.known_assets({pk for ids in holders.values() for pk in ids}, run.source, ranks)
    rows = sorted([*batch, *tied], key=lambda row: row.ordinal)
    plan = matching.match([proposing.candidate(row, scan) for row in rows], known)

    first_of: dict[str | int, Observation] = {}  # by digest and by asset: a thing is proposed with its first sighting
    for row in rows:
        found = plan.identities.get(row.digest, matching.Identity())
        row.asset_id, row.rung = found.asset_id, found.rung.value if found.asset_id and found.rung else ""
        if not found.asset_id and not found.contenders and personal.is_within(row.identifiers, ranges):
            row.personal_at = run.created_at
        first_of.setdefault(row.digest, row)
        if found.asset_id is not None:
            first_of.setdefault(found.asset_id, row)
    seen_rows.matched(batch)
    by_id = {one.id: one for one in known}
    precedence.note(ranks, run.source, ((by_id[row.asset_id], row.fields) for row in batch if row.asset_id is not None))

    own, about = {row.pk for row in batch}, _questions(batch)
    _overtake(run, about)
    ignored = _ignored(about)
    asked = ((found, first_of[found.candidate.key if found.asset_id is None else found.asset_id]) for found in plan.proposals)
    proposed = (
        proposing.proposal(run, found, row)
        for found, row in asked
        if row.pk in own and (found.contenders or row.personal_at is None)
    )
    copying.copy_in(Proposal, (one for one in proposed if (one["about"], one["fingerprint"]) not in ignored))


def _questions(batch: Iterable[Observation]) -> set[str]:
    """What may be asked about these, as it is written beside each question."""
    return {f"seen:{row.digest}" for row in batch} | {f"asset:{row.asset_id}" for row in batch if row.asset_id}


def _overtake(run: DiscoveryRun, about: Iterable[str]) -> None:
    """This run asks anew about whatever it saw; open questions of the source's earlier runs about that are void."""
    states = Proposal.State
    earlier = Proposal.objects.filter(about__in=about, state=states.OPEN, run__source=run.source, run__lt=run)
    earlier.update(state=states.OVERTAKEN, settled_at=clock.now())


def _ignored(about: Iterable[str]) -> set[tuple[str, str]]:
    """(question, fingerprint) of what somebody does not want to be asked again."""
    ignored = Proposal.objects.filter(about__in=about, state=Proposal.State.IGNORED)
    return set(ignored.values_list("about", "fingerprint"))


@transaction.atomic
def _finish(run: DiscoveryRun) -> None:
    vanishing.propose(run)
    vanishing.mark_seen(run)
    vanishing.close_settled(run.source)
    open_ones = run.proposals.filter(state=Proposal.State.OPEN).count()
    run.proposal_count = run.proposals.count()
    run.observation_count = run.read_count
    run.personal_count = personal.close(run)
    run.state = DiscoveryRun.State.PROPOSED if open_ones else DiscoveryRun.State.SETTLED
    run.finished_at, run.version = clock.now(), run.version + 1
    run.save(update_fields=["proposal_count", "observation_count", "personal_count", "state", "finished_at", "version"])
    audit.record(run.started_by, "discovery-run.read", run, {"proposals": run.proposal_count})
