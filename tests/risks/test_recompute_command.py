import pytest
from django.core.management import CommandError, call_command

from risks.models import Score
from risks.signals import risk_changed
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(company):
    risk = make_risk(unit=company.northfield)
    make_levels(risk)
    return risk


def test_it_scores_what_is_stale(risk, capsys):
    risk_changed.send(type(risk), risk_ids=[risk.pk], cause="risk.changed")

    call_command("recompute")

    assert capsys.readouterr().out == "1 stale rows done.\n"
    assert Score.objects.get(risk=risk, state="CURRENT").value == 48


def test_all_scores_every_open_risk_and_shows_progress(risk, capsys):
    call_command("recompute", "--all")

    assert capsys.readouterr().out == "1 of 1 risks, 3 new scores\n1 risks scored again; 3 scores differed.\n"


def test_check_names_what_differs_and_writes_nothing(risk, capsys):
    with pytest.raises(CommandError, match=f"1 risks differ.*: {risk.pk}"):
        call_command("recompute", "--check")
    assert not Score.objects.exists()

    call_command("recompute", "--all")
    capsys.readouterr()
    call_command("recompute", "--check")

    assert capsys.readouterr().out == "Every score equals a computation from scratch.\n"
