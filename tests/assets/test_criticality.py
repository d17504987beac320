import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets import criticality, dependencies, inventory
from assets.models import Asset, Dependency
from tests.factories.assets import make_asset, make_dependency


def levels(asset, aspect="availability"):
    asset.refresh_from_db()
    return getattr(asset, f"effective_{aspect}"), asset.criticality_path.get(aspect)


def test_nothing_leans_on_a_new_asset_so_its_levels_are_its_own(company):
    line = make_asset("Press line", unit=company.northfield, own_availability=4)

    assert levels(line) == (4, [line.pk])
    assert levels(line, "safety") == (None, None)


def test_what_matters_about_a_thing_matters_about_what_it_leans_on(company):
    service = make_asset("Order to delivery", unit=company.root, kind="BUSINESS_SERVICE", own_availability=5)
    line = make_asset("Press line", unit=company.northfield, own_availability=3)
    plc = make_asset("PLC", unit=company.northfield, own_availability=1, own_safety=4)

    make_dependency(service, line)
    make_dependency(line, plc)

    assert levels(plc) == (5, [service.pk, line.pk, plc.pk])
    assert levels(plc, "safety") == (4, [plc.pk])
    assert levels(line, "safety") == (None, None)


def test_a_change_far_above_reaches_down(company):
    service = make_asset("Order to delivery", unit=company.root, own_availability=2)
    line, plc = make_asset("Line", unit=company.northfield), make_asset("PLC", unit=company.northfield)
    make_dependency(service, line)
    make_dependency(line, plc)

    inventory.change(service, actor=None, version=None, own_availability=5)

    assert levels(plc) == (5, [service.pk, line.pk, plc.pk])


def test_a_removed_dependency_leaves_nothing_behind_even_in_a_cycle(company):
    service = make_asset("Order to delivery", unit=company.root, own_availability=5)
    one, other = make_asset("One", unit=company.northfield), make_asset("Other", unit=company.northfield)
    link = make_dependency(service, one)
    make_dependency(one, other)
    make_dependency(other, one)
    assert levels(other)[0] == 5

    dependencies.remove(link, actor=None)

    assert levels(one) == (None, None)
    assert levels(other) == (None, None)


def test_an_archived_asset_no_longer_weighs_on_what_it_leaned_on(company):
    service = make_asset("Order to delivery", unit=company.root, own_availability=5)
    line = make_asset("Line", unit=company.northfield, own_availability=2)
    make_dependency(service, line)

    inventory.archive(service, actor=None)

    assert levels(line) == (2, [line.pk])
    assert not Dependency.objects.current().exists()


def test_the_shorter_of_two_paths_explains(company):
    service = make_asset("Order to delivery", unit=company.root, own_availability=5)
    line, plc = make_asset("Line", unit=company.northfield), make_asset("PLC", unit=company.northfield)
    make_dependency(service, line)
    make_dependency(line, plc)
    make_dependency(service, plc)

    assert levels(plc) == (5, [service.pk, plc.pk])


def test_renewing_takes_the_same_statements_for_a_long_chain_as_for_a_short_one(company, django_assert_max_num_queries):
    chain = inventory.register_many([{"name": f"N{n}", "kind": "NETWORK", "unit": company.root} for n in range(200)], actor=None)
    Dependency.objects.bulk_create(Dependency(dependent=one, supporting=other) for one, other in itertools.pairwise(chain))
    Asset.objects.filter(pk=chain[0].pk).update(own_integrity=3)

    with django_assert_max_num_queries(8):
        changed = criticality.renew([chain[0].pk])

    assert len(changed) == 200
    assert levels(chain[-1], "integrity") == (3, [one.pk for one in chain])


EDGES = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda edge: edge[0] != edge[1]), max_size=10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=st.lists(st.sampled_from([None, 1, 3, 5]), min_size=6, max_size=6), edges=EDGES, removed=st.integers(0, 9))
def test_any_graph_equals_the_worst_of_everything_above(company, own, edges, removed):
    Dependency.objects.all().delete()
    assets = [make_asset(f"N{n}", unit=company.root, own_integrity=level) for n, level in enumerate(own)]
    links = [make_dependency(assets[a], assets[b]) for a, b in sorted(edges)]
    kept = sorted(edges)
    if links:
        dependencies.remove(links[removed % len(links)], actor=None)
        kept.pop(removed % len(links))

    for n, asset in enumerate(assets):
        above = {n}
        while more := {a for a, b in kept if b in above} - above:
            above |= more
        expected = max((own[one] for one in above if own[one]), default=None)
        level, path = levels(asset, "integrity")
        assert level == expected
        if path:
            places = [next(i for i, one in enumerate(assets) if one.pk == pk) for pk in path]
            assert own[places[0]] == expected
            assert all(step in kept for step in itertools.pairwise(places))
