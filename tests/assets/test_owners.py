"""Assets without an owner: until when one is named, who is asked, and naming one in a single step."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from assets import inventory, owners
from assets.errors import AlreadyOwned, AnswerByNaming, Archived, OutOfReach
from assets.models import Asset, OwnersWanted
from portal import clock
from portal.attention import reminders, reviews
from portal.attention.models import Reminder, Review
from portal.errors import Invalid
from portal.people import units
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo("Europe/Berlin"))
DUE = date(2026, 12, 11)  # ten working days on: Monday 30 November is the first


@pytest.fixture
def head(company, person):
    found = person("HEAD", unit=company.northfield)
    units.entrust(company.northfield, found, actor=None)
    return found


def question() -> Review | None:
    return Review.objects.filter(kind=owners.QUESTION).order_by("-pk").first()


def test_the_head_of_the_unit_is_asked_until_the_last_one_has_an_owner(company, person, head):
    engineer = person("ENGINEER", unit=company.northfield)
    with clock.stopped(FRIDAY):
        press = make_asset("Press", unit=company.northfield, actor=engineer)
        owned = make_asset("Oven", unit=company.northfield, owner=head)
        assert owners.follow() == 1
        assert owners.follow() == 0
    with clock.stopped(FRIDAY + timedelta(days=3)):
        inventory.change(owned, actor=engineer, version=None, owner=None)
        owned.refresh_from_db()

    assert (press.owner_due_on, owned.owner_due_on) == (DUE, DUE + timedelta(days=3))
    asked = question()
    assert (asked.owner, asked.due_on, asked.is_open) == (head, DUE, True)
    with clock.stopped(FRIDAY + timedelta(days=7)):
        reminders.remind()
        assert list(Reminder.objects.values_list("recipient", "kind")) == [(head.pk, f"{owners.QUESTION}.due_soon")]
        with pytest.raises(AnswerByNaming):
            reviews.answer(asked, "CHANGED", actor=head, version=None, note="Did it")
        assert owners.name(press, engineer, actor=head).owner_due_on is None
        owners.follow()
        assert (question().due_on, question().pk) == (DUE + timedelta(days=3), asked.pk)
        owners.name(owned, head, actor=engineer)
        owners.follow()
    assert question().state == Review.State.CANCELLED
    assert not OwnersWanted.objects.current().exists() and not Reminder.objects.open().exists()
    verbs = AuditEntry.objects.filter(kind="owners-wanted").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["owners-wanted.asked", "owners-wanted.asked", "owners-wanted.named"]

    inventory.archive(press, actor=None)
    inventory.change(owned, actor=None, version=None, owner=None)
    assert (owners.follow(), question().is_open, OwnersWanted.objects.current().count()) == (1, True, 1)


def test_where_no_head_may_name_owners_it_climbs_to_the_cio(company, person):
    """Whoever heads a unit and may not change its assets is passed over; without anybody the row says so."""
    units.entrust(company.northfield, person("COLLEAGUE", unit=company.northfield), actor=None)
    units.entrust(company.eastmere, person("HEAD", unit=company.northfield), actor=None)
    for place in (company.northfield, company.eastmere):
        make_asset(unit=place)
    Asset.objects.update(owner_due_on=None)  # as if a file had been copied in

    owners.follow()
    assert list(OwnersWanted.objects.values_list("asked", flat=True)) == [None, None] and question() is None
    assert not Asset.objects.filter(owner_due_on=None).exists()
    cio = person("CIO")
    assert (owners.follow(), set(OwnersWanted.objects.values_list("asked", flat=True))) == (2, {cio.pk})
    units.entrust(company.root, head := person("HEAD"), actor=None)
    assert owners.follow() == 2
    assert set(Review.objects.open().values_list("owner", flat=True)) == {head.pk}


def test_each_refusal(company, person, head):
    asset, gone = make_asset(unit=company.northfield), inventory.archive(make_asset(unit=company.northfield), actor=None)
    taken = make_asset(unit=company.northfield, owner=head)

    for error, act in (
        (PermissionDenied, lambda: owners.name(asset, head, actor=person("OWNER"))),
        (OutOfReach, lambda: owners.name(asset, head, actor=person("ENGINEER", unit=company.eastmere))),
        (AlreadyOwned, lambda: owners.name(taken, head, actor=head)),
        (Archived, lambda: owners.name(gone, head, actor=head)),
        (Invalid, lambda: owners.name(asset, person("ENGINEER", is_active=False), actor=head)),
        (Invalid, lambda: owners.name(asset, person("INTEGRATION"), actor=head)),
    ):
        with pytest.raises(error):
            act()

    asset.refresh_from_db()
    assert asset.owner is None


def test_an_owner_is_named_by_one_button_or_one_call(client, company, person, head):
    lena = person("OWNER", unit=company.northfield, name="Lena Ostrowski")
    for _ in range(2):
        make_asset(unit=company.northfield, owner=lena)
    press, oven = make_asset("Press", unit=company.northfield), make_asset("Oven", unit=company.northfield, kind="SERVER")
    make_asset("Elsewhere", unit=company.eastmere)
    owners.follow()
    client.force_login(head)
    here = f"/assets/care/?unit={company.northfield.pk}"

    page = client.get(here).text
    assert "2 assets wait for an owner" in page and "Elsewhere" not in client.get("/assets/care/").text
    assert "Lena Ostrowski owns 2 of this kind here" in page and "Lena Ostrowski owns 2 other things here" in page
    said = client.post(f"/assets/inventory/{press.pk}/owner/", {"owner": lena.pk, "care": "on", "unit": company.northfield.pk})
    assert (said.status_code, said.url) == (302, f"{here}#owners")
    assert client.post(f"/assets/inventory/{press.pk}/owner/", {"owner": head.pk}).status_code == 409
    assert client.post(f"/assets/inventory/{oven.pk}/owner/", {"owner": "0"}).status_code == 422
    assert "Somebody is to be named by" in client.get(f"/assets/inventory/{oven.pk}/").text

    assert "Name an owner for each." in client.get(question().get_absolute_url()).text
    assert "Owners for assets of Northfield" in client.get("/reviews/").text

    (row,) = client.get("/api/v1/owners-wanted/").json()["results"]
    due = oven.owner_due_on.isoformat()
    assert (row["unit"], row["asked"], row["asset_count"], row["first_due_on"]) == (company.northfield.pk, head.pk, 1, due)
    (waiting,) = client.get(f"/api/v1/owners-wanted/{row['id']}/assets/").json()
    assert (waiting["asset"], waiting["likely_owner"], waiting["likely_owner_asset_count"]) == (oven.pk, lena.pk, 3)
    asked = {"data": {"owner": head.pk}, "content_type": "application/json"}
    assert client.post(f"/api/v1/assets/{oven.pk}/owner/", **asked).json()["owner_due_on"] is None
    assert client.post(f"/api/v1/assets/{oven.pk}/owner/", **asked).status_code == 409
    assert "Somebody answers for every asset" in client.get(here).text
