import pytest

from portal.errors import Invalid
from portal.record.models import AuditEntry
from risks import levels
from risks.errors import SavedMeanwhile
from risks.models import Levels
from tests.factories.risks import make_levels, make_risk


@pytest.fixture
def risk(company):
    return make_risk(unit=company.northfield)


@pytest.fixture
def analyst(person):
    return person("ANALYST")


def set_levels(risk, actor, stage="CURRENT", **fields):
    given = {"likelihood_level": 4, "levels": {"operational": 3}, "reason": "Seen twice in May"} | fields
    return levels.set_levels(risk, stage, actor=actor, **given)


@pytest.mark.parametrize("stage", Levels.Stage.values)
def test_each_stage_has_levels_of_its_own(risk, analyst, stage):
    row = set_levels(risk, analyst, stage)

    assert (row.stage, row.likelihood_level, row.operational_level, row.impact_level, row.version) == (stage, 4, 3, 3, 1)
    entry = AuditEntry.objects.get(verb="risk.levels_set")
    assert entry.params == {"stage": stage, "levels": {"likelihood_level": [None, 4], "operational_level": [None, 3]}}


def test_an_area_left_out_is_not_judged_any_more(risk, analyst):
    make_levels(risk, 4, operational=3, safety=5)

    row = set_levels(risk, analyst)

    assert row.safety_level is None


def test_the_same_levels_again_change_nothing(risk, analyst):
    set_levels(risk, analyst)

    assert set_levels(risk, analyst).version == 1
    assert AuditEntry.objects.filter(verb="risk.levels_set").count() == 1


def test_judged_levels_change_for_a_reason(risk, analyst):
    set_levels(risk, analyst)

    with pytest.raises(Invalid) as caught:
        set_levels(risk, analyst, likelihood_level=2, reason=" ")

    assert list(caught.value.fields) == ["reason"]
    assert Levels.objects.get(risk=risk).likelihood_level == 4


def test_who_saved_first_and_what_is_told_to_the_second(risk, analyst, person):
    set_levels(risk, analyst, version=0)

    with pytest.raises(SavedMeanwhile) as caught:
        set_levels(risk, person("CISO"), version=0, likelihood_level=5)

    assert (caught.value.facts["by"], caught.value.facts["version"]) == (str(analyst), 1)
    assert caught.value.facts["theirs"]["likelihood_level"] == 4


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"likelihood_level": 0}, "likelihood_level"),
        ({"levels": {"safety": 6}}, "safety_level"),
        ({"levels": {"weather": 1}}, "weather"),
        ({"stage": "LATER"}, "stage"),
    ],
)
def test_levels_outside_the_scales_are_refused_by_field(risk, analyst, fields, wrong):
    with pytest.raises(Invalid) as caught:
        set_levels(risk, analyst, **fields)

    assert list(caught.value.fields) == [wrong]
    assert not Levels.objects.exists()
