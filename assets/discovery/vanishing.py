"""The end of a run: what it looked for and did not find, and when the others were seen."""

from django.db import connection
from django.db.models import Exists, OuterRef

from assets import inventory
from assets.discovery import matching, proposing
from assets.models import Asset, DiscoveryRun, Proposal
from portal import copying

# Assets the earlier runs saw, still current, that this run neither saw nor names in a conflict, within the networks it
# looked at (all of them where it is a complete list).
_MISSING = """
    SELECT DISTINCT o.asset_id FROM assets_observation o
    JOIN assets_asset a ON a.id = o.asset_id AND a.archived_at IS NULL
    WHERE o.run_id = ANY(%(earlier)s)
      AND NOT EXISTS (SELECT 1 FROM assets_observation s WHERE s.run_id = %(run)s AND s.asset_id = o.asset_id)
      AND NOT EXISTS (
          SELECT 1 FROM assets_proposal p WHERE p.run_id = %(run)s AND p.contenders @> to_jsonb(o.asset_id))
      AND (%(complete)s OR EXISTS (
          SELECT 1 FROM assets_identifier i
          WHERE i.asset_id = o.asset_id AND i.rung = 'IP' AND i.value::inet <<= ANY(%(networks)s::inet[])))
    ORDER BY 1
"""
_SEEN = """
    UPDATE assets_asset a SET last_seen_at = s.at
    FROM (SELECT o.asset_id, max(coalesce(o.observed_at, r.created_at)) AS at
          FROM assets_observation o JOIN assets_discoveryrun r ON r.id = o.run_id
          WHERE o.run_id = %s AND o.asset_id IS NOT NULL GROUP BY 1) s
    WHERE a.id = s.asset_id AND (a.last_seen_at IS NULL OR a.last_seen_at < s.at)
"""


def propose(run: DiscoveryRun) -> None:
    """Propose as vanished what the source's earlier runs over the same ground saw and this one did not."""
    earlier = _earlier(run)
    networks = run.scan.get("networks", [])
    if not earlier or not (networks or run.is_complete):
        return
    with connection.cursor() as cursor:
        facts = {"earlier": [one.pk for one in earlier], "run": run.pk, "complete": run.is_complete, "networks": networks}
        cursor.execute(_MISSING, facts)
        missing = [row[0] for row in cursor.fetchall()]
    found = [matching.Proposal(matching.ProposalKind.VANISHED, asset_id=pk) for pk in missing]
    copying.copy_in(Proposal, (proposing.proposal(run, one, None) for one in found))


def _earlier(run: DiscoveryRun) -> list[DiscoveryRun]:
    """Of the same source the last run that looked at the same networks, else simply the last one. Of a complete list all that came
    since the complete one before it: what a part of the list left out is not gone, and not forgotten either."""
    read = [DiscoveryRun.State.PROPOSED, DiscoveryRun.State.SETTLED]
    runs = list(DiscoveryRun.objects.filter(source=run.source, state__in=read, pk__lt=run.pk).order_by("-pk")[:30])
    if run.is_complete:
        last = next((place for place, one in enumerate(runs) if one.is_complete), len(runs) - 1)
        return runs[: last + 1]
    same = [one for one in runs if one.scan.get("networks") == run.scan.get("networks")]
    return (same or runs)[:1]


def mark_seen(run: DiscoveryRun) -> None:
    """Write when each matched asset was last seen; what was only declared is there now."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [run.pk])
    declared = Asset.objects.filter(observations__run=run, lifecycle=Asset.Lifecycle.DECLARED)
    inventory.confirm_declared(declared.values_list("pk", flat=True).distinct())


def close_settled(source: str) -> None:
    """Runs of `source` without an open question are settled."""
    still_open = Proposal.objects.filter(run=OuterRef("pk"), state=Proposal.State.OPEN)
    runs = DiscoveryRun.objects.filter(source=source, state=DiscoveryRun.State.PROPOSED)
    runs.exclude(Exists(still_open)).update(state=DiscoveryRun.State.SETTLED)
