"""A safety zone is scanned actively by permit alone: results without one stay in quarantine, and both sides are told."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from assets import zones
from assets.discovery import intake, permits, reading
from assets.errors import NoReasonGiven, NotHeld, OutOfReach, ZoneArchived
from assets.models import DiscoveryRun, Proposal
from portal import clock
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.record.models import AuditEntry
from tests.factories.assets import make_host, make_permit, make_run, make_scan, make_zone

SCANNED = 1790000000  # what make_scan says, in the year 2026
State = DiscoveryRun.State


def safety(company, **fields):
    return make_zone(unit=company.northfield, purdue="1", is_safety=True, networks=["10.20.1.8/29"], **fields)


def before(days=1):
    return clock.stopped(datetime.fromtimestamp(SCANNED, UTC) - timedelta(days=days))


def test_without_a_permit_nothing_is_read_and_both_sides_hear_of_it(company, person):
    leaders = {person(seat).pk for seat in ("CIO", "CISO")}
    zone, engineer = safety(company), person("ENGINEER", unit=company.northfield)

    run = make_run(unit=company.northfield, actor=engineer)
    reading.read_waiting()

    run.refresh_from_db()
    assert (run.state, run.held_for, run.is_active, Proposal.objects.count()) == (State.HELD, [zone.pk], True, 0)
    assert set(Reminder.objects.filter(subject_kind="discovery-run").values_list("recipient", flat=True)) == leaders
    assert AuditEntry.objects.get(verb=permits.HELD).actor == engineer


@pytest.mark.parametrize(
    ("granted_days_before", "held"), [(1, False), (-1, True)], ids=["given before the scan", "given only afterwards"]
)
def test_a_permit_counts_when_it_was_given_before_and_covers_the_scan(company, person, granted_days_before, held):
    zone, start = safety(company), datetime.fromtimestamp(SCANNED, UTC) - timedelta(hours=1)
    with before(granted_days_before):
        make_permit(zone, contact=person("OWNER"), starts_at=start, hours=48)

    assert (make_run(unit=company.northfield).state == State.HELD) == held


def test_other_zones_other_addresses_and_lists_need_none(company):
    safety(company)
    make_zone(unit=company.northfield, networks=["10.20.1.0/24"])  # of no safety
    elsewhere = make_scan(make_host("10.20.9.9"), networks="10.20.9.0/24")
    listed = b"name,mac,ip\nPLC,00:1b:1b:9f:20:01,10.20.1.11\n"

    assert make_run(elsewhere, unit=company.northfield).state == State.WAITING
    assert intake.take_in(io.BytesIO(listed), "sheet", actor=None, unit=company.northfield).state == State.WAITING
    assert make_run(make_scan(make_host("10.20.9.9")), unit=company.northfield).state == State.HELD  # it looked at the zone


def test_around_a_safety_zone_that_names_no_network_every_active_scan_needs_its_permit(company, person):
    zone = make_zone(unit=company.northfield, purdue="1", is_safety=True)

    with before(days=2):
        held = [make_run(unit=unit, source=unit.name) for unit in (company.northfield, company.root, company.eastmere)]
    assert [run.held_for for run in held] == [[zone.pk], [zone.pk], []]

    with before():
        make_permit(zone, contact=person("OWNER"), hours=48)
    assert make_run(unit=company.northfield).state == State.WAITING
    zones.change(zone, actor=None, version=None, networks=["10.77.0.0/24"])
    assert make_run(unit=company.root, source="elsewhere").state == State.WAITING


def test_a_leader_releases_it_or_leaves_it_unread(company, person, client):
    safety(company)
    held, other = (make_run(unit=company.northfield, source=source) for source in ("one", "other"))
    engineer, ciso = person("ENGINEER", unit=company.northfield), person("CISO")
    for error, act in (
        (PermissionDenied, lambda: permits.release(held, actor=engineer, reason="It is fine")),
        (NoReasonGiven, lambda: permits.release(held, actor=ciso, reason=" ")),
    ):
        with pytest.raises(error):
            act()

    client.force_login(ciso)
    assert "is in quarantine" in client.get(f"/assets/discovery/{held.pk}/").text
    assert client.post(f"/assets/discovery/{held.pk}/release/", {"reason": "Seen by the plant", "read": "yes"}).status_code == 302
    assert client.post(f"/assets/discovery/{other.pk}/release/", {"reason": "Not ours", "read": "no"}).status_code == 302
    reading.read_waiting()

    held.refresh_from_db()
    other.refresh_from_db()
    assert (held.state, other.state, other.refusal) == (State.PROPOSED, State.REFUSED, {"code": "no-permit"})
    with pytest.raises(NotHeld):
        permits.discard(held, actor=ciso, reason="Late")


def test_each_refusal_of_a_permit(company, person, client):
    zone, engineer = safety(company), person("ENGINEER", unit=company.northfield)
    contact, now = person("OWNER"), clock.now()
    gone = zones.archive(make_zone(unit=company.northfield), actor=None)

    def grant(zone=zone, actor=engineer, contact=contact, scope="Slowly", hours=2):
        return permits.grant(zone, actor=actor, starts_at=now, ends_at=now + timedelta(hours=hours), scope=scope, contact=contact)

    for field, told in (("scope", {"scope": " "}), ("ends_at", {"hours": -1}), ("contact", {"contact": engineer})):
        with pytest.raises(Invalid) as refused:
            grant(**told)
        assert list(refused.value.fields) == [field]
    with pytest.raises(OutOfReach):
        grant(actor=person("ENGINEER", unit=company.eastmere))
    with pytest.raises(ZoneArchived):
        grant(gone)
    with pytest.raises(Invalid):
        make_zone(unit=company.northfield, networks=["everywhere"])
    client.force_login(engineer)
    told = {"starts_at": "2026-01-01T08:00", "ends_at": "2099-01-01T08:00", "scope": "Slowly", "contact": contact.pk}
    assert client.post(f"/assets/zones/{zone.pk}/permits/", told).status_code == 422
    permit = grant()
    assert "stands by" in client.get(f"/assets/zones/{zone.pk}/").text
    sent = client.post(
        "/api/v1/scan-permits/",
        {"zone": zone.pk, "starts_at": now, "ends_at": now + timedelta(hours=1), "scope": "Slowly", "contact": contact.pk},
        content_type="application/json",
    )
    assert sent.status_code == 201
    assert client.post(f"/api/v1/scan-permits/{sent.json()['id']}/withdrawal/").json()["archived_at"]
    assert client.post(f"/assets/permits/{permit.pk}/withdrawal/").status_code == 302
    assert "Nobody may scan it actively now" in client.get(f"/assets/zones/{zone.pk}/").text
