"""Two webs, two workers and two beats on a PostgreSQL and a Redis that Concord did not bring: one portal for all of them."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.assets import make_host, make_scan
from tests.outside import outside_servers
from tests.portal.runtime.hosts import PATIENCE, Hosts, Visitor
from tests.post_office import post_office

pytestmark = pytest.mark.operation

SCOPES = ["discovery-runs:write", "assets:read", "units:read", "risks:write", "scores:read", "dashboard:read"]


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hosts")
    with outside_servers(folder) as addresses:
        hosts = Hosts(folder, addresses)
        try:
            hosts.prepare()
            hosts.start()
            yield hosts
        finally:
            hosts.end()


@pytest.fixture(scope="module")
def integration(hosts):
    said = hosts.said("issue_token", "plant@verrow.example", "--scope", *SCOPES)
    return Visitor(hosts, token=said.split()[-1])


@pytest.fixture(scope="module")
def cio(hosts):
    """Signed in at one host."""
    visitor = Visitor(hosts)
    visitor.sign_in("a", json.loads((hosts.folder / "demo-accounts.json").read_text())["cio"])
    return visitor


def test_the_story_begins_at_one_host_and_is_read_at_the_other(hosts, integration, cio):
    asset, site = discovered(hosts, integration)
    number = logged(integration, "a", asset, site, "Press camera lets strangers in")
    value = scored(hosts, integration, "b", number)

    assert {number_at(visitor, host, number) for visitor in (integration, cio) for host in ("a", "b")} == {value}
    risk = cio.get("b", f"/api/v1/risks/{number}/").json()["id"]
    headings = [re.findall(r'<h2 id="why">(.*?)</h2>', cio.get(host, f"/risks/{risk}/").text) for host in ("a", "b")]
    assert headings == [[f"Why {int(Decimal(value))}?"]] * 2
    assert figures(cio, "a") == figures(cio, "b")
    assert figures(integration, "a") == figures(integration, "b")


def test_neither_host_is_missed_when_its_processes_are_killed(hosts, integration):
    for name in ("worker-a", "beat-a"):
        hosts.kill(name)
    asset, site = (integration.get("b", path).json()["results"][0] for path in ("/api/v1/assets/", "/api/v1/units/?kind=SITE"))

    number = logged(integration, "a", asset["number"], site["id"], "One host is left alone")

    assert Decimal(scored(hosts, integration, "b", number)) > 0


def test_a_monitor_sees_every_host_and_nobody_else_does(hosts):
    def all_alive(host):
        found = hosts.measured(host)
        return max(found["concord_celery_pulse_age_seconds"], found["concord_record_pulse_age_seconds"]) < PATIENCE

    for host in ("a", "b"):
        hosts.wait_for(lambda host=host: all_alive(host), "the pulse of both queues")
        assert abs(hosts.measured(host)["concord_clock_lead_seconds"]) < 1
        assert Visitor(hosts).get(host, "/metrics").status == 403
    hosts.wait_for(lambda: hosts.measured("a")["concord_unsealed_entries"] == 0, "the seal of the last entry")


def test_while_the_mail_server_is_gone_nothing_is_lost_and_afterwards_nothing_comes_twice(hosts):
    together(hosts, "send_reminders")
    [(waiting,)] = hosts.ask("SELECT count(*) FROM attention_digest WHERE state <> 'SENT'")

    assert waiting > 3
    assert hosts.measured("b")["concord_failing_digests"] >= 1

    with post_office(hosts.mail_port) as office:
        office.answers.set()
        hosts.ask("UPDATE attention_digest SET next_attempt_at = now() WHERE state <> 'SENT'")  # the pauses are over
        together(hosts, "send_reminders")
        said = together(hosts, "send_reminders")
        mailed = Counter(letter["Message-ID"] for letter in office.letters)

    sent = {name for (name,) in hosts.ask("SELECT message_id FROM attention_digest WHERE state = 'SENT'")}
    assert mailed == dict.fromkeys(sent, 1)
    assert len(mailed) == waiting
    assert said == ["0 reminders written, 0 digests sent, 0 failed.\n"] * 2
    assert hosts.measured("b")["concord_failing_digests"] == 0


def test_the_processes_of_a_host_work_with_the_narrow_role(hosts):
    found = hosts.ask(
        "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    assert found == [("concord_app",)]
    assert "The log is what was sealed." in hosts.said("verify_audit")


def discovered(hosts, integration) -> tuple[str, int]:
    """A scan taken in at one host, read by whichever worker, accepted at the other; an asset's number and its site."""
    site = next(unit for unit in integration.get("a", "/api/v1/units/?kind=SITE").json()["results"] if unit["name"] == "Northfield")
    scan = make_scan(make_host("10.40.1.11", mac="8C:4B:59:40:01:11", name="hosts-1.northfield.verrow.example"))
    file = SimpleUploadedFile("plant.xml", scan, "text/xml")
    run = integration.post_file("a", "/api/v1/discovery-runs/", {"file": file, "source": "nmap-hosts", "unit": site["id"]}).json()
    path = f"/api/v1/discovery-runs/{run['id']}/"
    hosts.wait_for(lambda: integration.get("b", path).json()["state"] not in ("WAITING", "READING"), "the discovery file")
    assert integration.get("b", path).json()["observation_count"] == 1
    integration.post_json("b", f"{path}acceptance/", {"all_new": True}).json()
    [asset] = integration.get("a", "/api/v1/assets/?search=hosts-1.northfield.verrow.example").json()["results"]
    return asset["number"], site["id"]


def logged(integration, host, asset, site, title) -> str:
    risk = {"title": title, "category": "OT", "unit": site, "assets": [asset], "likelihood_level": 4, "impact": {"operational": 4}}
    return integration.post_json(host, "/api/v1/risks/", risk, key=f"risk-{asset}").json()["number"]


def scored(hosts, integration, host, number) -> str:
    """The value of its score once a worker has written it; its terms add up."""
    path = f"/api/v1/scores/?risk={number}&state=CURRENT"
    hosts.wait_for(lambda: integration.get(host, path).json()["results"], f"the score of {number}")
    [score] = integration.get(host, path).json()["results"]
    assert sum(Decimal(term["points"]) for term in score["terms"]) == Decimal(score["value"])
    return score["value"]


def number_at(visitor, host, number) -> str:
    return visitor.get(host, f"/api/v1/risks/{number}/").json()["current_score"]


def figures(visitor, host) -> dict[str, int]:
    return {row["key"]: row["value"] for row in visitor.get(host, "/api/v1/dashboard/").json()["figures"]}


def together(hosts, *arguments) -> list[str]:
    """What the same command says on both hosts when run at once."""
    commands = [hosts.command(*arguments) for _ in range(2)]
    said = [command.communicate(timeout=PATIENCE)[0] for command in commands]
    assert [command.returncode for command in commands] == [0, 0]
    return said
