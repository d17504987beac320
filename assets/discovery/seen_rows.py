"""What a run saw, row by row: written and matched a batch at a time, by a few statements whatever its size."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from assets.discovery.matching import KnownAsset
from assets.models import DiscoveryRun, Observation, ObservedIdentifier
from portal import copying

# Sightings of the run that carry one of these (rung, value); a run's are found by its own index, whatever other runs hold.
_CARRIERS = """
    SELECT DISTINCT seen.observation_id
    FROM unnest(%s::text[], %s::text[]) AS wanted (rung, value)
    JOIN assets_observedidentifier seen ON seen.run_id = %s AND seen.value = wanted.value AND seen.rung = wanted.rung
    WHERE NOT seen.observation_id = ANY(%s)
"""
_MATCHED = """
    UPDATE assets_observation seen SET asset_id = told.asset_id, rung = told.rung, personal_at = told.personal_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[]) AS told (id, asset_id, rung, personal_at)
    WHERE seen.id = told.id
"""


def store(rows: Iterable[Mapping[str, Any]]) -> None:
    """Observations, column by column, and what each is known by."""
    kept = list(rows)
    ids = copying.draw_ids(Observation, len(kept))
    copying.copy_in(Observation, ({"id": pk} | row for pk, row in zip(ids, kept, strict=True)))
    copying.copy_in(
        ObservedIdentifier,
        (
            {"run_id": row["run_id"], "observation_id": pk, "rung": rung, "value": value}
            for pk, row in zip(ids, kept, strict=True)
            for rung, value in row["identifiers"]
        ),
    )


def tied_to(run: DiscoveryRun, batch: Sequence[Observation], known: Iterable[KnownAsset]) -> list[Observation]:
    """Other observations of the run that share an identifier with the batch, or with one of the assets that the batch saw."""
    pairs = {(rung, value) for row in batch for rung, value in row.identifiers}
    pairs |= {(one.kind.value, one.value) for asset in known for one in asset.identifiers}
    rungs, values = [rung for rung, _ in pairs], [value for _, value in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_CARRIERS, [rungs, values, run.pk, [row.pk for row in batch]])
        found = [pk for (pk,) in cursor.fetchall()]
    return list(Observation.objects.filter(pk__in=found)) if found else []


def matched(batch: Iterable[Observation]) -> None:
    """Keep which asset each is and by which rung, or that it is somebody's own; what is neither was stored so."""
    told = [row for row in batch if row.asset_id is not None or row.personal_at is not None]
    if told:
        with connection.cursor() as cursor:
            columns = (row.pk for row in told), (row.asset_id for row in told), (row.rung for row in told)
            cursor.execute(_MATCHED, [*map(list, columns), [row.personal_at for row in told]])
