import io

import pytest
from django.core.management import CommandError, call_command

from assets.models import DiscoveryRun
from tests.factories.assets import make_scan


def run(*arguments, **options):
    out = io.StringIO()
    call_command("take_in_discovery", *arguments, stdout=out, **options)
    return out.getvalue().strip()


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "plant.xml"
    path.write_bytes(make_scan())
    return str(path)


def test_a_file_is_taken_in_read_and_summed_up(company, scan):
    said = run(scan, "--unit", "Northfield", "--source", "nmap-northfield")

    found = DiscoveryRun.objects.get()
    assert said == f"Run {found.pk}: 2 hosts answered; 2 new."
    assert (found.source, found.unit, found.state) == ("nmap-northfield", company.northfield, "PROPOSED")


def test_the_same_file_twice_changes_nothing(company, scan):
    run(scan)

    assert "nothing changes" in run(scan)


def test_a_person_may_be_named(company, person, scan):
    engineer = person("ENGINEER")

    run(scan, "--as", engineer.email)

    assert DiscoveryRun.objects.get().started_by == engineer


@pytest.mark.parametrize("arguments", [["--unit", "Nowhere"], ["--as", "nobody@verrow.example"], ["--network", "here"]])
def test_what_cannot_be_understood_is_told(company, scan, arguments):
    with pytest.raises(CommandError):
        run(scan, *arguments)

    assert not DiscoveryRun.objects.exists()


def test_a_missing_or_unreadable_file_is_told_in_one_sentence(company, tmp_path):
    with pytest.raises(CommandError, match="cannot be opened"):
        run(str(tmp_path / "nothing.xml"))
    (tmp_path / "half.xml").write_bytes(make_scan()[:-40])
    with pytest.raises(CommandError, match="ends in the middle"):
        run(str(tmp_path / "half.xml"))
