"""What the worker does with a run: store what was seen, compare it with the inventory, propose.

Each batch is one transaction that also moves the run's counter, so a run whose worker was killed goes on where the last
batch ended and nothing is stored or proposed twice.
"""

import io
from collections.abc import Iterable, Iterator
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min

from assets import identifiers
from assets.discovery import matching, proposing, vanishing
from assets.discovery.candidate import Candidate
from assets.discovery.readers import READERS
from assets.discovery.unpacked import Unpacked
from assets.errors import UnreadableDiscovery
from assets.models import DiscoveryRun, Observation, ObservedIdentifier, Proposal
from portal import clock, turns
from portal.record import audit, files

BATCH = 500
MOST_ATTEMPTS = 5


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
            _store_observations(run)
        except UnreadableDiscovery as refusal:
            _refuse(run, refusal.code)
            return False
        _compare(run)
        _finish(run)
        return True


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
    candidates = islice(READERS[run.reader](io.BufferedReader(stream)), run.read_count, None)
    for batch in _batches(candidates):
        with transaction.atomic():
            rows = [
                proposing.observation(run, ordinal, candidate.seen_by(run.source))
                for ordinal, candidate in enumerate(batch, start=run.read_count)
            ]
            Observation.objects.bulk_create(rows)
            ObservedIdentifier.objects.bulk_create(
                ObservedIdentifier(run=run, observation=row, rung=rung, value=value)
                for row in rows
                for rung, value in row.identifiers
            )
            run.read_count += len(rows)
            run.save(update_fields=["read_count"])


def _batches(candidates: Iterator[Candidate]) -> Iterator[list[Candidate]]:
    while batch := list(islice(candidates, BATCH)):
        yield batch


def _compare(run: DiscoveryRun) -> None:
    while run.matched_count < run.read_count:
        with transaction.atomic():
            first, run.matched_count = run.matched_count, min(run.matched_count + BATCH, run.read_count)
            _propose(run, list(run.observations.filter(ordinal__range=(first, run.matched_count - 1)).order_by("ordinal")))
            run.save(update_fields=["matched_count"])


def _propose(run: DiscoveryRun, batch: list[Observation]) -> None:
    """Proposals about the observations of one batch, seen together with whatever else in the run is tied to them."""
    scan = proposing.scan_of(run)
    tied = _tied_to(run, batch)
    rows = sorted([*batch, *tied], key=lambda row: row.ordinal)
    holders = identifiers.owners((rung, value) for row in rows for rung, value in row.identifiers)
    known = proposing.known_assets({pk for ids in holders.values() for pk in ids})
    plan = matching.match([proposing.candidate(row, scan) for row in rows], known)

    first_of: dict[str | int, Observation] = {}  # by digest and by asset: a thing is proposed with its first sighting
    for row in rows:
        found = plan.identities.get(row.digest, matching.Identity())
        row.asset_id, row.rung = found.asset_id, found.rung.value if found.asset_id and found.rung else ""
        first_of.setdefault(row.digest, row)
        if found.asset_id is not None:
            first_of.setdefault(found.asset_id, row)
    Observation.objects.bulk_update(batch, ["asset", "rung"], batch_size=BATCH)

    own = {row.pk for row in batch}
    proposals = []
    for found in plan.proposals:
        row = first_of[found.asset_id if found.asset_id is not None else found.candidate.key]
        if row.pk in own:
            proposals.append(proposing.proposal(run, found, row))
    _overtake(run, batch)
    Proposal.objects.bulk_create(_not_ignored(proposals))


def _tied_to(run: DiscoveryRun, batch: list[Observation]) -> list[Observation]:
    """Other observations of the run that share an identifier with the batch, or with an asset that the batch saw."""
    pairs = {(rung, value) for row in batch for rung, value in row.identifiers}
    holders = identifiers.owners(pairs)
    assets = proposing.known_assets({pk for ids in holders.values() for pk in ids})
    pairs |= {(one.kind.value, one.value) for asset in assets for one in asset.identifiers}
    own = {row.pk for row in batch}
    sightings = ObservedIdentifier.objects.filter(run=run, value__in={value for _, value in pairs})
    found = {
        pk
        for rung, value, pk in sightings.values_list("rung", "value", "observation_id")
        if (rung, value) in pairs and pk not in own
    }
    return list(Observation.objects.filter(pk__in=found))


def _overtake(run: DiscoveryRun, batch: Iterable[Observation]) -> None:
    """This run asks anew about whatever it saw; open questions of the source's earlier runs about that are void."""
    about = {f"seen:{row.digest}" for row in batch} | {f"asset:{row.asset_id}" for row in batch if row.asset_id}
    states = Proposal.State
    earlier = Proposal.objects.filter(about__in=about, state=states.OPEN, run__source=run.source, run__lt=run)
    earlier.update(state=states.OVERTAKEN, settled_at=clock.now())


def _not_ignored(proposals: list[Proposal]) -> list[Proposal]:
    ignored = Proposal.objects.filter(about__in={one.about for one in proposals}, state=Proposal.State.IGNORED)
    known = set(ignored.values_list("about", "fingerprint"))
    return [one for one in proposals if (one.about, one.fingerprint) not in known]


@transaction.atomic
def _finish(run: DiscoveryRun) -> None:
    vanishing.propose(run)
    vanishing.mark_seen(run)
    vanishing.close_settled(run.source)
    open_ones = run.proposals.filter(state=Proposal.State.OPEN).count()
    run.proposal_count = run.proposals.count()
    run.observation_count = run.read_count
    run.state = DiscoveryRun.State.PROPOSED if open_ones else DiscoveryRun.State.SETTLED
    run.finished_at, run.version = clock.now(), run.version + 1
    run.save(update_fields=["proposal_count", "observation_count", "state", "finished_at", "version"])
    audit.record(run.started_by, "discovery-run.read", run, {"proposals": run.proposal_count})
