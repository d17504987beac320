"""Population, samples that can be drawn again, and their evidence."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import date

import pytest
from django.test import Client

from portal.errors import Invalid
from portal.people import tokens
from portal.record.models import AuditEntry, EntryText
from portal.workbench import listed, samples, tables
from risks import evidence
from tests.factories.risks import make_control, make_risk

KINDS = sorted(listed.all_kinds())


@pytest.fixture
def controls(company):
    return [make_control(unit=company.northfield, name=f"Gate {place}") for place in range(12)]


def body(response):
    return b"".join(response.streaming_content)


def test_the_same_seed_draws_the_same_rows_as_any_program_would(controls, person):
    auditor, question = person("AUDITOR"), tables.asked(listed.of_kind("control"), {})

    drawn = samples.draw(question, "2026-Q4", 5, auditor)

    ids = [control.pk for control in controls]
    by_hand = sorted(ids, key=lambda pk: hashlib.md5(f"2026-Q4:{pk}".encode(), usedforsecurity=False).hexdigest())
    assert ([row.pk for row in drawn.rows], drawn.population) == (by_hand[:5], 12)
    assert [row.pk for row in samples.draw(question, "2027-Q1", 5, auditor).rows] != by_hand[:5]


def test_a_sample_is_of_what_one_may_open_alone(company, person):
    make_risk(unit=company.northfield, title="Open")
    make_risk(unit=company.northfield, title="Shut", is_confidential=True)
    question = tables.asked(listed.of_kind("risk"), {})

    drawn = samples.draw(question, "1", 10, person("AUDITOR"))

    assert ([row.title for row in drawn.rows], drawn.population) == (["Open"], 1)


@pytest.mark.parametrize(
    ("seed", "size", "fields"), [("", "5", ["seed"]), ("x", "0", ["size"]), ("x" * 65, "501", ["seed", "size"])]
)
def test_what_cannot_be_drawn_is_told_by_field(seed, size, fields):
    with pytest.raises(Invalid) as refused:
        samples.asked_for(seed, size)

    assert list(refused.value.fields) == fields


def test_the_bundle_proves_itself(client, controls, person, company):
    auditor, analyst = person("AUDITOR"), person("ANALYST", unit=company.northfield)
    said = evidence.Described("Walk", date(2026, 1, 2), date(2099, 1, 1))
    for control in controls:
        evidence.add_file(control, io.BytesIO(b"seen"), "../walk notes.txt", said, actor=analyst)
    client.force_login(auditor)

    told = zipfile.ZipFile(io.BytesIO(body(client.get("/lists/controls/sample/?seed=a&size=3&as=zip"))))

    about = json.loads(told.read("about.json"))
    assert (about["population"], about["seed"], len(about["drawn"])) == (12, "a", 3)
    sums = dict(reversed(line.split("  ", 1)) for line in told.read("SHA256SUMS").decode().splitlines())
    assert {name: hashlib.sha256(told.read(name)).hexdigest() for name in sums} == sums
    assert set(told.namelist()) - set(sums) == {"SHA256SUMS", "about.json"}
    files = [name for name in told.namelist() if "/files/" in name]
    assert ([told.read(name) for name in files], {name.count("..") for name in files}) == ([b"seen"] * 3, {0})
    assert sum(name.endswith("/record.csv") for name in told.namelist()) == 3
    population = list(csv.reader(io.StringIO(told.read("population.csv").decode("utf-8-sig"))))
    assert (len(population), population[0][0]) == (13, "id")
    entry = AuditEntry.objects.get(verb="list.sampled")
    assert (entry.actor, entry.params["population"], entry.params["rows"]) == (auditor, 12, 3)
    assert EntryText.objects.get(entry=entry).text == " seed=a"
    client.force_login(analyst)
    names = zipfile.ZipFile(io.BytesIO(body(client.get("/lists/controls/sample/?seed=a&size=3&as=zip")))).namelist()
    assert not [name for name in names if name.endswith("record.csv")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_tells_its_population_and_draws(client, person, kind):
    client.force_login(person("CISO"))
    place = f"{listed.of_kind(kind).url}sample/"

    assert client.get(place).context["population"] == 0
    assert client.get(f"{place}?seed=a").status_code == 200
    assert client.get(f"{place}?seed=a&size=no").status_code == 422
    names = zipfile.ZipFile(io.BytesIO(body(client.get(f"{place}?seed=a&as=zip")))).namelist()
    assert {"population.csv", "sample.csv", "sample.json", "index.csv"} <= set(names)


def test_a_program_draws_by_its_scope(controls, person):
    service = person("INTEGRATION")
    _token, secret = tokens.issue(service, "audit", ["controls:read"], actor=None)
    api = Client(headers={"Authorization": f"Bearer {secret}"})

    told = api.get("/api/v1/controls/sample/?seed=a&size=2").json()

    assert (told["population"], len(told["rows"])) == (12, 2)
    assert api.get("/api/v1/controls/sample/?seed=a&as=zip").headers["Content-Type"] == "application/zip"
    assert [api.get(f"/api/v1/{place}").status_code for place in ("controls/sample/", "risks/sample/?seed=a")] == [422, 403]
