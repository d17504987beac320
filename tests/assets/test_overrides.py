"""Levels set by hand, and the whole of criticality against a computation from scratch."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets import criticality, dependencies, inventory, overrides, tasks
from assets.errors import Archived, OutOfReach
from assets.models import Asset, CriticalityOverride, Dependency
from assets.signals import assets_changed
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset, make_dependency, make_override


def levels(*assets, aspect="availability"):
    for asset in assets:
        asset.refresh_from_db()
    return [getattr(asset, f"effective_{aspect}") for asset in assets]


def test_a_level_set_by_hand_counts_and_passes_on_until_its_last_day_is_over(company, person):
    service = make_asset(unit=company.root, kind="BUSINESS_SERVICE", own_availability=5)
    line, plc = make_asset(unit=company.northfield, own_availability=2), make_asset(unit=company.northfield)
    make_dependency(service, line)
    make_dependency(line, plc)
    heard, actor = [], person("ENGINEER", unit=company.northfield)

    def hear(sender, asset_ids, cause, **kwargs):
        heard.append((asset_ids, cause))

    assets_changed.connect(hear)
    override = make_override(line, 3, actor=actor)

    assert levels(service, line, plc) == [5, 3, 3]
    assert plc.criticality_path["availability"] == [line.pk, plc.pk]
    assert heard == [([line.pk, plc.pk], "asset.criticality")]
    assets_changed.disconnect(hear)
    second = make_override(line, 4, days=1, actor=actor)
    override.refresh_from_db()
    assert levels(line, plc) == [4, 4] and override.archived_at is not None
    tasks.end_overrides()
    assert levels(line) == [4]
    with clock.stopped(clock.now() + timedelta(days=2)):
        tasks.end_overrides()

    assert levels(service, line, plc) == [5, 5, 5]
    assert overrides.end(second, actor=actor).archived_at is not None
    verbs = AuditEntry.objects.filter(kind="criticality-override").order_by("pk").values_list("verb", "actor")
    assert list(verbs) == [
        ("criticality-override.set", actor.pk),
        ("criticality-override.ended", actor.pk),
        ("criticality-override.set", actor.pk),
        ("criticality-override.ended", None),
    ]


def test_each_refusal(company, person):
    asset, gone = make_asset(unit=company.northfield), inventory.archive(make_asset(unit=company.northfield), actor=None)
    today = organisations.today()

    def put(asset=asset, aspect="safety", level=3, actor=None, reason="Spare", ends_on=today):
        return overrides.put(asset, aspect, level, actor=actor, reason=reason, ends_on=ends_on)

    for field, told in (
        ("aspect", {"aspect": "beauty"}),
        ("level", {"level": 6}),
        ("reason", {"reason": " "}),
        ("ends_on", {"ends_on": today - timedelta(days=1)}),
        ("ends_on", {"ends_on": today + timedelta(days=367)}),
    ):
        with pytest.raises(Invalid) as refused:
            put(**told)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Archived):
        put(gone)
    with pytest.raises(OutOfReach):
        put(actor=person("ENGINEER", unit=company.eastmere))
    with pytest.raises(PermissionDenied):
        put(actor=person("OWNER"))
    with pytest.raises(OutOfReach):
        overrides.end(put(), actor=person("ENGINEER", unit=company.eastmere))


NODES = 5
NODE, LEVEL = st.integers(0, NODES - 1), st.sampled_from([None, 1, 3, 5])
STEP = st.one_of(
    st.tuples(st.just("own"), NODE, LEVEL),
    st.tuples(st.just("link"), NODE, NODE),
    st.tuples(st.just("unlink"), NODE, NODE),
    st.tuples(st.just("override"), NODE, st.sampled_from([1, 2, 4])),
    st.tuples(st.just("end"), NODE, st.none()),
)


def take(step, assets):
    act, node, more = step
    if act == "own":
        inventory.change(assets[node], actor=None, version=None, own_integrity=more)
    elif act == "override":
        make_override(assets[node], more, aspect="integrity")
    elif act == "end":
        for one in CriticalityOverride.objects.current().filter(asset=assets[node]):
            overrides.end(one, actor=None)
    elif node != more:
        there = Dependency.objects.current().filter(dependent=assets[node], supporting=assets[more]).first()
        if act == "link" and not there:
            make_dependency(assets[node], assets[more])
        elif act == "unlink" and there:
            dependencies.remove(there, actor=None)


def from_scratch(assets):
    """The least levels that fit together: every asset its override, else the worst of its own and of all that leans on it."""
    ids = [one.pk for one in assets]
    own = dict(Asset.objects.filter(pk__in=ids).values_list("pk", "own_integrity"))
    fixed = dict(CriticalityOverride.objects.current().filter(asset__in=ids).values_list("asset", "level"))
    links = list(Dependency.objects.current().filter(dependent__in=ids).values_list("dependent", "supporting"))
    level = {one.pk: fixed.get(one.pk, own[one.pk] or 0) for one in assets}
    for _round in range(NODES * NODES):
        for dependent, supporting in links:
            if supporting not in fixed:
                level[supporting] = max(level[supporting], level[dependent])
    return [level[one.pk] or None for one in assets]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=10, max_size=14))
def test_after_any_steps_each_level_is_what_a_computation_from_scratch_gives(company, steps):
    rows = [{"name": f"N{n}", "kind": "NETWORK", "unit": company.root} for n in range(NODES)]
    assets = inventory.register_many(rows, actor=None)

    for step in steps:
        take(step, assets)

    assert levels(*assets, aspect="integrity") == from_scratch(assets)
    assert criticality.renew([one.pk for one in assets]) == []
