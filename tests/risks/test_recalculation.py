import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from portal.record import chain, sealing, verification
from risks import formulas, proof, recalculation, recompute, scoring
from risks.errors import InputNotKept, NamesHiddenAssets
from risks.models import Score
from risks.stale import mark_risks
from tests.factories.assets import make_asset
from tests.factories.risks import make_levels, make_risk
from tests.house.source import ROOT
from tests.house.world import BACKEND


@pytest.fixture
def reader(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def risk(company):
    assets = [make_asset(unit=company.northfield, own_availability=level) for level in (2, 4)]
    risk = make_risk(unit=company.northfield, assets=assets)
    make_levels(risk, 4, operational=4)
    mark_risks([risk.pk], "test")
    recompute.refresh_batch()
    return risk


@pytest.fixture
def score(risk):
    return Score.objects.get(risk=risk, state="CURRENT")


def proven(*arguments):
    """What the command says, in a process that knows neither Django nor a database."""
    return subprocess.run([sys.executable, "-m", "risks.proof", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)


def exported(tmp_path):
    sealing.seal_all()
    file = tmp_path / "seals.jsonl"
    call_command("export_seals", str(file), stdout=StringIO())
    return file


def written(tmp_path, text, name="score.json"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_file_of_a_stored_score_proves_it_and_the_sealed_log_knows_it(score, reader, tmp_path):
    file = written(tmp_path, recalculation.file_of(score, reader))

    done = proven(file, "--against", exported(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "The file proves its score." in done.stdout
    assert "the score is authentic" in done.stdout


def test_an_invented_score_is_consistent_and_not_authentic(score, reader, tmp_path):
    content = json.loads(recalculation.file_of(score, reader))
    given = proof.input_from_json({**content["input"], "likelihood_level": 1})
    formula = formulas.by_version(content["formula_version"])
    file = written(tmp_path, proof.recalculation_file(given, scoring.score(given, formula), formula))

    assert proven(file).returncode == 0
    done = proven(file, "--against", exported(tmp_path))

    assert done.returncode == 1
    assert "No seal holds it" in done.stdout


def test_a_changed_value_is_not_proven(score, reader, tmp_path):
    content = json.loads(recalculation.file_of(score, reader))
    content["result"]["value"] = "12.0"

    done = proven(written(tmp_path, json.dumps(content)))

    assert done.returncode == 1
    assert "The file claims another score." in done.stdout


@pytest.mark.parametrize("spoil", ["changed", "removed", "cut at the start", "no list"])
def test_a_seal_list_that_is_not_whole_proves_nothing(score, reader, tmp_path, spoil):
    file, seals = written(tmp_path, recalculation.file_of(score, reader)), exported(tmp_path)
    lines = seals.read_text(encoding="utf-8").splitlines()
    if spoil == "changed":
        lines[0] = lines[0].replace('"asset', '"Asset', 1).replace('"risk', '"Risk', 1)
    elif spoil == "removed":
        del lines[1]
    elif spoil == "cut at the start":
        del lines[0]
    else:
        lines = ["{}"]
    seals.write_text("\n".join(lines), encoding="utf-8")

    done = proven(file, "--against", seals)

    assert done.returncode == 1
    assert "is no whole seal list" in done.stdout


def test_every_stored_score_knows_its_own_proof(score):
    formula = formulas.by_version(score.formula_version)
    content = proof.content_of(score.input, scoring.score(proof.input_from_json(score.input), formula), formula)

    sealing.seal_all()
    told = next(one for one in verification.sealed() if one.verb == "score.recomputed")
    assert proof.content_hash(content) == json.loads(told.params)["CURRENT"]["proof"]
    assert list(chain.check(verification.sealed()))


def test_the_list_of_seals_overwrites_nothing(score, tmp_path):
    file = exported(tmp_path)

    with pytest.raises(CommandError, match="is there already"):
        call_command("export_seals", str(file))


def test_a_score_without_its_input_has_no_file(score, reader):
    score.input = None

    with pytest.raises(InputNotKept):
        recalculation.file_of(score, reader)


def test_no_file_names_an_asset_that_its_reader_may_not_open(risk, score, person, company):
    owner = person("OWNER", unit=company.finance)
    risk.it_owner = owner
    risk.save()

    assert not recalculation.is_open_to(owner, score)
    with pytest.raises(NamesHiddenAssets):
        recalculation.file_of(score, owner)


def test_page_and_api_give_the_same_file(risk, score, reader, client):
    client.force_login(reader, backend=BACKEND)

    page = client.get(reverse("risks:recalculation", args=[risk.pk, score.pk]))
    api = client.get(f"/api/v1/scores/{score.pk}/recalculation/")

    assert page["Content-Disposition"] == f'attachment; filename="{risk.number}-current-{score.pk}.json"'
    assert json.loads(page.content) == api.json()
    assert (
        reverse("risks:recalculation", args=[risk.pk, score.pk])
        in client.get(reverse("risks:score", args=[risk.pk])).content.decode()
    )


def test_the_score_of_another_risk_is_not_there(risk, score, reader, client, company):
    client.force_login(reader, backend=BACKEND)
    other = make_risk(unit=company.northfield)

    assert client.get(reverse("risks:recalculation", args=[other.pk, score.pk])).status_code == 404
