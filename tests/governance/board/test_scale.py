import pytest
from django.core.management import call_command

from assets.models import Asset, Dependency
from governance.board import scale
from portal.people.models import Unit
from portal.record import totals
from portal.record.models import TotalChange
from risks import recompute
from risks.models import LossResult, PortfolioLoss, Risk, Score

pytestmark = pytest.mark.django_db


def seed(assets, risks):
    scale.build(assets, risks)
    list(scale.rescore())


def recounted():
    """Every total from the rows themselves, told by no kept number."""
    sums = {}
    paths = {unit.pk: unit.lineage for unit in Unit.objects.all()}

    def add(unit_id, measures):
        for scope in paths[unit_id]:
            for measure in measures:
                sums[scope, measure] = sums.get((scope, measure), 0) + 1

    for asset in Asset.objects.current():
        add(asset.unit_id, ["assets.current", f"assets.kind.{asset.kind}", *["assets.unowned"] * (asset.owner_id is None)])
    for risk in Risk.objects.open().select_related("score_state"):
        state, names = risk.score_state, ["risks.open"]
        if state.current_value is None:
            names.append("risks.unscored")
        else:
            names += [f"risks.band.{state.current_band}", f"risks.cell.{state.likelihood_level}.{state.impact_level}"]
        names += ["risks.above_tolerance"] * (state.current_value is not None and state.current_value > 60)
        names += ["risks.safety"] * ((risk.levels.get(stage="CURRENT").safety_level or 0) >= 4 if risk.levels.exists() else False)
        names += ["risks.unowned"] * (not risk.accountable)
        add(risk.unit_id, names + [f"confidential.{name}" for name in names if risk.is_confidential])
    return sums


def test_kept_totals_equal_a_recount():
    seed(120, 300)

    kept = {(unit.pk, measure): amount for unit in Unit.objects.all() for measure, amount in totals.read(unit.pk).items()}

    assert kept == recounted()


def test_it_is_the_same_each_time():
    def content(model, *fields, by=("pk",)):
        return list(model.objects.order_by(*by).values_list(*fields))

    def scores():  # of one risk after the other; which row was written first is the worker's matter
        return content(Score, "state", "value", "band", by=("risk", "state"))

    seed(60, 80)
    first = content(Asset, "kind", "effective_safety", "unit__name")
    first_scores = scores()
    seed(60, 80)

    assert content(Asset, "kind", "effective_safety", "unit__name") == first * 2
    assert scores() == first_scores * 2


def test_stored_scores_equal_a_computation_from_scratch():
    seed(60, 80)

    assert recompute.differences() == []


def test_effective_criticality_is_the_one_the_assets_find():
    criticality = pytest.importorskip("assets.criticality")
    seed(80, 0)
    before = list(Asset.objects.order_by("pk").values_list("pk", "criticality_path"))

    assert criticality.renew(list(Asset.objects.values_list("pk", flat=True))) == []
    assert list(Asset.objects.order_by("pk").values_list("pk", "criticality_path")) == before
    assert Dependency.objects.count() == 76


def test_the_command_says_what_it_did(capsys):
    call_command("seed_scale", "--assets", "40", "--risks", "30", "--initiatives", "12", "--losses")

    assert capsys.readouterr().out.startswith("40 assets, 30 risks and 12 initiatives added, ")
    assert TotalChange.objects.exists()
    open_risks = Risk.objects.open().count()
    assert LossResult.objects.filter(stage="CURRENT", mean__gt=0).count() == open_risks
    assert PortfolioLoss.objects.get(scope=f"unit:{Unit.objects.get(parent=None).pk}", stage="CURRENT").risk_count == open_risks
