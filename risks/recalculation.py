"""The recalculation file of a stored score: what anybody needs to compute it again, without a database."""

from dataclasses import replace
from typing import Any

from assets.models import Asset
from portal import subjects
from risks import formula_in_force, movers, proof, scoring
from risks.errors import InputNotKept, NamesHiddenAssets
from risks.models import Control, Score


def file_of(score: Score, user: Any) -> str:
    """The text of the file of `score`. Raises InputNotKept for a score older than the keeping of inputs, NamesHiddenAssets
    where its input names assets or controls that `user` may not open."""
    if score.input is None:
        raise InputNotKept(score)
    given = proof.input_from_json(score.input)
    if not _is_whole_for(user, given):
        raise NamesHiddenAssets(score)
    stored = movers.as_result(score)
    formula = formula_in_force.by_number(score.formula_version)
    computed = scoring.score(given, formula)
    return proof.file_text(proof.content_of(score.input, replace(stored, next_change_on=computed.next_change_on), formula))


def is_open_to(user: Any, score: Score | None) -> bool:
    """Whether `file_of` would give a file, so that a page offers no link that is refused."""
    return score is not None and score.input is not None and _is_whole_for(user, proof.input_from_json(score.input))


def _is_whole_for(user: Any, given: scoring.ScoreInput) -> bool:
    """Whether `user` may open every asset, control and indicator that `given` names."""
    named = _assets(given.exposure)
    controls = {one.control_id for one in given.controls}
    indicators = [("indicator", pk) for pk in given.breached_indicator_ids]
    if len(subjects.fetch(indicators, user)) < len(indicators):
        return False
    seen = not named or Asset.objects.visible_to(user).filter(pk__in=named).count() == len(named)
    return seen and (not controls or Control.objects.visible_to(user).filter(pk__in=controls).count() == len(controls))


def _assets(exposure: scoring.Exposure) -> set[int]:
    found = {one.asset_id for one in (*exposure.criticalities, *exposure.support_ends, *exposure.exploited)}
    if exposure.reach is not None:
        found.add(exposure.reach.asset_id)
    if exposure.safety_zone_asset_id is not None:
        found.add(exposure.safety_zone_asset_id)
    return found
