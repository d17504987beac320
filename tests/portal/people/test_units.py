import pytest

from portal.errors import Invalid, Stale
from portal.people import units
from portal.people.models import Unit
from portal.record.models import AuditEntry
from tests.factories.portal import make_user


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
