"""What an initiative adds: declared before it leaves the idea, compared with the inventory, asked of both offices."""

import functools
from datetime import timedelta

import pytest

from assets import inventory
from governance.change import declarations, declared, initiative_page, initiatives, sightings, stages
from governance.change.declarations import Said
from governance.change.errors import AnswerAtTheInitiative, InitiativeStopped, NotDeclared, NotYourAnswer, SeenSettled
from governance.change.models import Initiative, SeenAsset
from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.record.models import AuditEntry
from portal.talk import merging
from portal.talk.errors import TouchedSinceMerge
from risks.errors import SavedMeanwhile
from tests.factories.assets import make_asset
from tests.factories.governance import make_initiative

PLCS = Said("ADDS", "OT_DEVICE", "INTERNAL", 2, "Line 2")
SENSORS = Said("ADDS", "CONNECTED_EQUIPMENT", "PUBLIC", 1)


@pytest.fixture
def owner(person, company):
    return person("OWNER", unit=company.northfield)


@pytest.fixture
def leaders(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def started(company, owner):
    return make_initiative(unit=company.northfield, by=owner)


def new_asset(unit, kind="OT_DEVICE", zone="Line 2", **fields):
    return make_asset(unit=unit, kind=kind, zone=zone, **fields)


def states():
    return list(SeenAsset.objects.order_by("asset").values_list("state", flat=True))


def test_nothing_leaves_the_idea_undeclared(started, owner):
    with pytest.raises(NotDeclared):
        stages.advance(started, "PLAN", actor=owner)

    declarations.declare(started, [PLCS], actor=owner, version=1)
    moved = stages.advance(started, "PLAN", actor=owner)

    assert (moved.stage, moved.declared_at is not None) == ("PLAN", True)


def test_what_is_declared_fits_and_is_said_again_without_a_trace(started, owner, company):
    named = make_asset("Recipe server", unit=company.northfield, kind="SERVER")
    wrong = [Said("MOVES", "SERVER", "INTERNAL"), Said("ADDS", "X", "INTERNAL"), Said("ADDS", "SERVER", "", 0), SENSORS]
    wrong += [Said("ADDS", "NETWORK", "INTERNAL"), Said("CHANGES", "OT_DEVICE", "INTERNAL", 2, " ")]

    with pytest.raises(Invalid) as refused:
        declarations.declare(started, wrong, actor=owner)
    for lines in ([], [PLCS] * 21, [Said("CHANGES", "", "INTERNAL", asset=named)] * 2):
        with pytest.raises(Invalid):
            declarations.declare(started, lines, actor=owner)
    declarations.declare(started, [PLCS, Said("CHANGES", "", "CONFIDENTIAL", asset=named)], actor=owner)
    declarations.declare(started, [PLCS, Said("CHANGES", "", "CONFIDENTIAL", asset=named)], actor=owner)
    with pytest.raises(SavedMeanwhile):
        declarations.declare(started, [PLCS], actor=owner, version=1)

    assert set(refused.value.fields) == {"lines.0", "lines.1", "lines.2", "lines.4", "lines.5"}
    assert refused.value.fields["lines.4"] == refused.value.fields["lines.5"]  # each needs its zone
    assert [(line.kind, line.count) for line in declarations.standing(started)] == [("OT_DEVICE", 2), ("SERVER", 1)]
    assert AuditEntry.objects.filter(verb="initiative.declared").count() == 1
    initiatives.stop(started, actor=owner, reason="No money")
    with pytest.raises(InitiativeStopped):
        declarations.declare(started, [SENSORS], actor=owner)


def test_the_inventory_confirms_what_was_declared_and_both_are_asked_about_the_rest(started, owner, leaders, company):
    before = new_asset(company.northfield)
    declarations.declare(started, [PLCS, SENSORS], actor=owner)
    with clock.stopped(clock.now() + timedelta(hours=1)):
        plcs = [new_asset(company.northfield) for _ in range(3)]  # one more than declared
        server = new_asset(company.northfield, "SERVER")  # in the zone, of a kind that no line names
        sensor = new_asset(company.northfield, "CONNECTED_EQUIPMENT", "")
        for elsewhere in (new_asset(company.eastmere), new_asset(company.northfield, "SERVER", "Office")):
            assert elsewhere.pk

        assert (sightings.look(), sightings.look()) == (5, 0)

    assert {row.asset: row.state for row in SeenAsset.objects.select_related("asset")} == {
        plcs[0]: "CONFIRMED",
        plcs[1]: "CONFIRMED",
        plcs[2]: "ASKED",
        server: "ASKED",
        sensor: "CONFIRMED",
    }
    assert not SeenAsset.objects.filter(asset=before).exists()
    told = declared.read(initiative_page.of_user(owner).get(), owner)
    assert (told.declared, told.seen, told.undeclared, told.hidden) == (3, 5, 2, 0)
    asked = Review.objects.open().filter(subject_kind="initiative")
    assert {review.owner for review in asked} == set(leaders) and asked.count() == 2


def test_an_asset_goes_to_the_nearest_unit_and_there_to_the_earliest(company, owner, person):
    wide = make_initiative(unit=company.root, by=person("HEAD"))
    near, later = (make_initiative(unit=company.northfield, by=owner) for _ in range(2))
    for initiative in (wide, near, later):
        declarations.declare(initiative, [Said("ADDS", "CONNECTED_EQUIPMENT", "INTERNAL", 9)], actor=owner)
    with clock.stopped(clock.now() + timedelta(hours=1)):
        for unit in (company.northfield, company.eastmere):
            new_asset(unit, "CONNECTED_EQUIPMENT", "")
        sightings.look()

    assert list(SeenAsset.objects.order_by("asset").values_list("initiative", flat=True)) == [near.pk, wide.pk]


def test_what_both_offices_say_settles_it(started, owner, leaders, company, person):
    cio, ciso = leaders
    declarations.declare(started, [PLCS], actor=owner)
    assets = [new_asset(company.northfield, "SERVER") for _ in range(3)]
    belongs, strange, differs = (SeenAsset.objects.create(initiative=started, asset=one, state="ASKED") for one in assets)
    sightings.ask_both(Initiative.objects.select_related("owner", "security_lead").get())

    with pytest.raises(NotYourAnswer):
        sightings.answer(belongs, "BELONGS", actor=person("ANALYST", unit=company.northfield))
    with pytest.raises(Invalid):
        sightings.answer(belongs, "PERHAPS", actor=cio)
    with pytest.raises(AnswerAtTheInitiative):
        reviews.answer(Review.objects.get(owner=cio), "CHANGED", actor=cio, version=None, note="Ours")
    for who, said in ((owner, "BELONGS"), (ciso, "BELONGS")):
        sightings.answer(belongs, said, actor=who)
        sightings.answer(strange, "STRANGE", actor=who)
    sightings.answer(differs, "BELONGS", actor=cio)
    sightings.answer(differs, "STRANGE", actor=ciso)

    assert states() == ["DECLARED", "STRANGE", "ASKED"]
    differs.refresh_from_db()
    assert differs.differs and not Review.objects.open().filter(subject_kind="initiative").exists()
    assert [line.asset for line in declarations.standing(started)] == [None, assets[0]]
    with pytest.raises(SeenSettled):
        sightings.answer(belongs, "STRANGE", actor=cio)


def test_what_it_changes_is_seen_once_it_was_changed_since(started, owner, leaders, company):
    make = functools.partial(make_asset, unit=company.northfield, kind="SERVER")
    named, kept, *alike = (make(zone=zone) for zone in ("Hall", "Hall", "Line 2", "Line 2", "Line 2", "Hall"))
    elsewhere, keeper = make_asset(unit=company.eastmere, kind="SERVER", zone="Line 2"), leaders[0]
    inventory.change(named, actor=keeper, version=None, product="Before it was declared")
    lines = [Said("CHANGES", "", "INTERNAL", asset=one) for one in (named, kept)]
    with clock.stopped(clock.now() + timedelta(hours=1)):
        declarations.declare(started, [*lines, Said("CHANGES", "SERVER", "INTERNAL", 2, "Line 2")], actor=owner)

    def told():
        found = declared.read(initiative_page.of_user(owner).get(), owner)
        return [line.seen for line in found.lines], found.seen

    with clock.stopped(clock.now() + timedelta(hours=2)):
        assert told() == ([0, 0, 0], 0)
        for one in (named, alike[0], alike[3], elsewhere, make(zone="Line 2")):
            inventory.change(one, actor=keeper, version=None, product="Two")
        inventory.change(kept, actor=keeper, version=None, cause="asset.owner-named", owner=owner)
        assert told() == ([1, 0, 1], 2)
        for one in alike[:3]:
            inventory.change(one, actor=keeper, version=None, product="Three")
        assert told() == ([1, 0, 2], 3)  # of as many as it said


def test_what_was_declared_and_seen_follows_an_asset_into_the_one_it_became(started, owner, leaders, company, person):
    keeper = person("ANALYST")
    old, spare, press = (make_asset(unit=company.northfield, kind="SERVER", zone=zone) for zone in ("Line 2", "Hall", "Hall"))
    declarations.declare(started, [PLCS, Said("CHANGES", "", "INTERNAL", asset=press)], actor=owner)
    with clock.stopped(clock.now() + timedelta(hours=1)):
        first, second, server = (new_asset(company.northfield, kind) for kind in ("OT_DEVICE", "OT_DEVICE", "SERVER"))
        sightings.look()

    twins, became, renamed = (merge(*pair, keeper) for pair in ((first, second), (old, server), (spare, press)))
    with clock.stopped(clock.now() + timedelta(hours=2)):
        third = new_asset(company.northfield)  # in the room that the twin left
        sightings.look()

    assert seen(started) == {first: "CONFIRMED", second: "CONFIRMED", old: "ASKED", third: "CONFIRMED"}
    assert [one.asset for one in declarations.standing(started)] == [None, spare]
    told = declared.read(initiative_page.of_user(owner).get(), owner)
    assert (told.declared, told.seen, told.undeclared) == (3, 3, 1)  # merged is not changed

    merging.undo(twins, actor=keeper)
    assert declared.read(initiative_page.of_user(owner).get(), owner).seen == 4
    for leader in leaders:
        sightings.answer(SeenAsset.objects.asked().get(), "STRANGE", actor=leader)
    declarations.declare(started, [PLCS], actor=owner)
    for over_what_was_said_since in (became, renamed):
        with pytest.raises(TouchedSinceMerge):
            merging.undo(over_what_was_said_since, actor=keeper)


def test_what_was_settled_about_the_one_is_settled_about_both_and_nobody_is_asked(started, owner, leaders, company, person):
    keeper = person("ANALYST")
    one, other = (make_asset(unit=company.northfield, kind="SERVER") for _ in range(2))
    declarations.declare(
        started, [Said("ADDS", "", "INTERNAL", asset=one), Said("ADDS", "", "CONFIDENTIAL", asset=other)], actor=owner
    )
    kept, gone = declarations.standing(started)
    SeenAsset.objects.create(initiative=started, asset=one, state="ASKED")
    SeenAsset.objects.create(initiative=started, asset=other, state="DECLARED", line=gone)
    sightings.ask_both(Initiative.objects.select_related("owner", "security_lead").get())

    made = merge(one, other, keeper)

    row = SeenAsset.objects.get(asset=one)
    assert (row.state, row.line_id) == ("DECLARED", kept.pk)
    assert [(line.pk, line.data_classification) for line in declarations.standing(started)] == [(kept.pk, "CONFIDENTIAL")]
    assert not Review.objects.open().filter(subject_kind="initiative").exists()
    merging.undo(made, actor=keeper)
    assert seen(started) == {one: "ASKED", other: "DECLARED"}
    assert [line.data_classification for line in declarations.standing(started)] == ["INTERNAL", "CONFIDENTIAL"]
    assert Review.objects.open().filter(subject_kind="initiative").count() == 2


def merge(survivor, merged, actor):
    return merging.merge("asset", survivor, merged, actor=actor, versions=(None, None))


def seen(initiative):
    return {row.asset: row.state for row in initiative.seen.select_related("asset")}
