"""What was declared against what was seen in the last 30 days, with the gaps by name."""

from datetime import UTC, datetime, timedelta

from assets import zones
from assets.discovery import coverage, intake, reading
from assets.models import Proposal
from portal import clock
from tests.factories.assets import make_asset, make_host, make_run, make_scan, make_zone

SCANNED = datetime.fromtimestamp(1790000000, UTC)  # what make_host says
SEEN = ("10.20.1.11", "10.20.2.3", "10.20.2.200", "10.99.1.5", "fd00:1::5")


def scanned(company):
    """A range that is looked at, a small one beside what lies outside of it, one that nobody ever looked at."""
    line = make_zone("Line", unit=company.northfield, networks=["10.20.1.0/24", "10.20.2.0/28", "fd00:1::/64"])
    make_zone("Guests", unit=company.northfield, networks=["10.88.0.0/16"], is_personal=True)  # nothing of it is counted
    make_zone("Yard", unit=company.northfield, networks=["10.9.0.0/16"])
    hosts = [make_host(address, name=f"host-{place}.verrow.example") for place, address in enumerate(SEEN)]
    run = make_run(make_scan(*hosts, networks="10.0.0.0/8"), unit=company.northfield)
    reading.read_waiting()
    settled = run.proposals.filter(kind=Proposal.Kind.NEW, observation__name__in=[f"host-{n}.verrow.example" for n in (0, 1, 2, 4)])
    intake.accept(settled, actor=None)
    return line, run


def told(found):
    return [(one.network, one.known_count, one.unsettled_count) for one in found]


def test_each_gap_has_its_name(company, person, client):
    engineer, other = person("ENGINEER", unit=company.northfield), person("ENGINEER", unit=company.eastmere)
    with clock.stopped(SCANNED + timedelta(days=1)):
        _line, run = scanned(company)
        make_asset("Written down", unit=company.northfield, ip_address="10.77.1.1")  # nothing has seen it
        found, elsewhere = coverage.read(engineer), coverage.read(other)

        assert told(found.ranges) == [("10.20.1.0/24", 1, 0), ("10.20.2.0/28", 1, 0), ("fd00:1::/64", 1, 0), ("10.9.0.0/16", 0, 0)]
        assert told(found.outside) == [("10.20.2.0/24", 1, 0), ("10.99.1.0/24", 0, 1)]
        assert ([one.network for one in found.unseen], found.unseen[0].last_seen_at) == (["10.9.0.0/16"], None)
        assert (list(elsewhere.ranges), list(elsewhere.sites), list(elsewhere.outside)) == ([], [company.eastmere], [])
        assert (found.gap_count, list(coverage.read(person("CIO")).sites)) == (3, [company.eastmere])

        client.force_login(engineer)
        page = client.get("/assets/care/").text
        assert "3 gaps in what is seen" in page and "Nothing was ever seen in Yard" in page
        assert "1 not settled yet" in page and "1 address of an asset" in page
        answer = client.get("/api/v1/discovery-coverage/").json()
        assert answer["outside"][1] == {"network": "10.99.1.0/24", "known_count": 0, "unsettled_count": 1}
        assert (answer["ranges"][3]["is_gap"], answer["sites_without_range"], answer["gap_count"]) == (True, [], 3)
        assert 'value="10.99.1.0/24"' in client.get("/assets/zones/?networks=10.99.1.0%2F24").text

        intake.accept(run.proposals.filter(state="OPEN"), actor=engineer)
        make_zone("Lab", unit=company.eastmere, networks=["10.99.0.0/16", "10.20.2.128/25"])
        assert (list(coverage.read(engineer).outside), list(coverage.read(other).sites)) == ([], [])
        assert told(coverage.read(other).ranges) == [("10.99.0.0/16", 1, 0), ("10.20.2.128/25", 1, 0)]


def test_after_30_days_what_was_seen_counts_no_longer(company, person):
    engineer = person("ENGINEER", unit=company.northfield)
    with clock.stopped(SCANNED + timedelta(days=1)):
        line, _run = scanned(company)
    with clock.stopped(SCANNED + timedelta(days=31)):
        found = coverage.read(engineer)
        assert (len(found.unseen), list(found.outside)) == (4, [])
        assert found.ranges[0].last_seen_at == SCANNED
        zones.archive(line, actor=None)
        assert [one.network for one in coverage.read(engineer).ranges] == ["10.9.0.0/16"]
