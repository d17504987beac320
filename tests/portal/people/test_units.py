import pytest

from assets import counting
from assets.models import Asset
from portal.errors import Invalid, Stale
from portal.people import units
from portal.people.models import Unit
from portal.record import totals
from portal.record.models import AuditEntry
from risks import recompute
from risks.models import ScoreState
from risks.stale import mark_risks
from tests.factories.assets import make_asset
from tests.factories.portal import make_unit, make_user
from tests.factories.risks import make_risk


@pytest.fixture
def root(db):
    return units.found("Verrow", "COMPANY", actor=None)


def test_a_path_holds_the_ids_from_the_top_down(root):
    site = units.found("Northfield", "SITE", root, actor=None)
    hall = units.found("Press hall", "DEPARTMENT", site, actor=None)

    assert hall.path == f"/{root.pk}/{site.pk}/{hall.pk}/"
    assert hall.lineage == [root.pk, site.pk, hall.pk]
    assert hall.events.count() == 1


def test_siblings_stand_in_the_order_they_were_founded(root):
    names = ["Northfield", "Eastmere", "Finance"]

    found = [units.found(name, "SITE", root, actor=None) for name in names]

    assert [unit.position for unit in found] == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "kind", "below", "field"),
    [
        ("Northfield", "SITE", True, "name"),
        ("  ", "SITE", True, "name"),
        ("Second", "COMPANY", True, "kind"),
        ("Second", "GALAXY", True, "kind"),
        ("Second", "SITE", False, "kind"),
        ("Second", "COMPANY", False, "parent"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(root, name, kind, below, field):
    units.found("Northfield", "SITE", root, actor=None)

    with pytest.raises(Invalid) as refusal:
        units.found(name, kind, root if below else None, actor=None)

    assert field in refusal.value.fields
    assert Unit.objects.count() == 2


def test_a_unit_is_renamed_once_a_version(root):
    site = units.found("Northfield", "SITE", root, actor=None)

    units.rename(site, "North field", actor=None, version=1)

    with pytest.raises(Stale):
        units.rename(site, "Northfields", actor=None, version=1)
    site.refresh_from_db()
    assert (site.name, site.version) == ("North field", 2)


def test_a_name_of_a_sibling_is_not_given(root):
    site = units.found("Northfield", "SITE", root, actor=None)
    units.found("Eastmere", "SITE", root, actor=None)

    with pytest.raises(Invalid):
        units.rename(site, "Eastmere", actor=None, version=1)


def test_a_unit_is_entrusted_to_a_head(root):
    ruth = make_user("Ruth")

    units.entrust(root, ruth, actor=None)

    root.refresh_from_db()
    assert root.head == ruth
    assert AuditEntry.objects.get(verb="unit.entrusted").params == {"head": ruth.pk}
    with pytest.raises(Stale):
        units.entrust(root, None, actor=None, version=1)


def test_a_moved_unit_takes_what_is_below_it_and_what_counts_there_along(company, person):
    line = make_unit("Line 2", parent=company.northfield)
    asset = make_asset("Press", unit=line)
    engineer = person("ENGINEER", unit=company.eastmere)
    before = Asset.objects.visible_to(engineer).filter(pk=asset.pk).exists()

    units.move(company.northfield, company.eastmere, actor=person("ADMIN"))

    line.refresh_from_db()
    kept = {scope: totals.checked_sum(scope, "assets.current") for scope in (company.root.pk, company.eastmere.pk, line.pk)}
    assert line.path == f"/{company.root.pk}/{company.eastmere.pk}/{company.northfield.pk}/{line.pk}/"
    assert (before, Asset.objects.visible_to(type(engineer).objects.get(pk=engineer.pk)).filter(pk=asset.pk).exists()) == (
        False,
        True,
    )
    assert kept == {scope: counting.recount().get((scope, "assets.current"), 0) for scope in kept}
    assert kept[company.eastmere.pk] == 1
    assert AuditEntry.objects.filter(verb="unit.moved").exists()


def test_risks_count_where_their_unit_moved_to(company, person):
    risk = make_risk(unit=company.northfield)
    ScoreState.objects.create(risk=risk)
    mark_risks([risk.pk], "test")
    while recompute.refresh_batch():
        pass

    units.move(company.northfield, company.eastmere, actor=None)
    while recompute.refresh_batch():
        pass

    assert ScoreState.objects.get(risk=risk).counted["units"] == [company.root.pk, company.eastmere.pk, company.northfield.pk]


@pytest.mark.parametrize("where", ["itself", "below"])
def test_a_unit_never_hangs_below_itself(company, where):
    below = make_unit("Line 2", parent=company.northfield)

    with pytest.raises(Invalid):
        units.move(company.northfield, {"itself": company.northfield, "below": below}[where], actor=None)


def test_the_company_stays_and_names_stay_apart(company):
    make_unit("Northfield", parent=company.eastmere)

    with pytest.raises(Invalid):
        units.move(company.root, company.eastmere, actor=None)
    with pytest.raises(Invalid):
        units.move(company.northfield, company.eastmere, actor=None)


def test_one_save_renames_entrusts_and_moves(company):
    head = make_user("Head")

    changed = units.change(
        company.northfield, name="North", head=head, parent=company.eastmere, actor=None, version=company.northfield.version
    )

    assert (changed.name, changed.head, changed.parent) == ("North", head, company.eastmere)
