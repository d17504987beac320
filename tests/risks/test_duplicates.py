import pytest

from risks import duplicates
from tests.factories.assets import make_asset
from tests.factories.risks import make_risk

SAME = [
    ("Ransomware stops the coating line", "Malware halts the coating line"),
    ("Ransomware reaches Northfield line control", "Virus reaches the line control at Northfield"),
    ("Invoice paid to a changed bank account", "A bill is paid to a changed bank account"),
    ("Staff sign-in stolen and reused", "Employee sign-in is stolen and used again"),
    ("Notebook with drawings stolen abroad", "Laptop holding drawings stolen on a trip abroad"),
    ("Server room floods after a burst pipe", "Burst pipe leaves the server room under water"),
    ("Customer prices seen by another customer", "Another customer can see prices of a customer"),
    ("Backup keys held by one person", "Only one person holds the keys of the backups"),
    ("Badge doors fail open during a power cut", "Power cut leaves badge doors open"),
    ("Press firmware signed with a leaked vendor key", "Leaked supplier key signs firmware of the press"),
]
DIFFERENT = [
    ("Ransomware stops the coating line", "Coating line workers inhale solvent"),
    ("Invoice paid to a changed bank account", "Payroll account closed by the bank"),
    ("Server room floods after a burst pipe", "Server licences run out"),
    ("Backup keys held by one person", "Keys of the forklift lost"),
    ("Notebook with drawings stolen abroad", "Drawings printed in the wrong scale"),
    ("Customer prices seen by another customer", "Customer complaints rise after launch"),
    ("Staff sign-in stolen and reused", "Staff leave after the move"),
    ("Robots halted by a bad software update", "Robots hit people at the fence"),
    ("Badge doors fail open during a power cut", "Power of the crane cut by mistake"),
    ("Historian loses a month of quality data", "Quality drops after a new resin"),
]


@pytest.fixture
def analyst(person):
    return person("ANALYST")


def found(text, user, **known):
    return [one.risk for one in duplicates.find(text, user=user, **known)]


@pytest.mark.parametrize(("known", "said"), SAME)
def test_the_same_in_other_words_is_found(company, analyst, known, said):
    risk = make_risk(unit=company.northfield, title=known, cause="", consequence="")

    assert found(said, analyst) == [risk]


@pytest.mark.parametrize(("known", "said"), DIFFERENT)
def test_what_only_shares_a_word_is_not_found(company, analyst, known, said):
    make_risk(unit=company.northfield, title=known, cause="", consequence="")

    assert found(said, analyst) == []


def test_a_shared_asset_speaks_for_being_the_same(company, analyst):
    plc = make_asset("PLC-N2", unit=company.northfield)
    risk = make_risk(unit=company.northfield, title="Press firmware altered by a stranger", cause="", consequence="", assets=[plc])

    assert found("Somebody loads altered recipes", analyst) == []
    assert found("Altered by a fitter", analyst, asset_ids=[plc.pk]) == [risk]


def test_only_what_one_may_see_is_shown(company, person):
    make_risk(unit=company.eastmere, title="Robots halted by a bad software update")
    make_risk(unit=company.northfield, title="Robots halted by bad software", is_confidential=True)

    assert found("Robots halted by a bad software update", person("ANALYST", unit=company.northfield)) == []


@pytest.mark.parametrize("text", ["", "the of and", "'); drop table risks_risk; --", "& | ! :*", "\\"])
def test_text_without_words_or_with_signs_finds_nothing(company, analyst, text):
    make_risk(unit=company.northfield)

    assert found(text, analyst) == []


def test_it_costs_the_same_for_many(company, analyst, django_assert_max_num_queries):
    for number in range(30):
        make_risk(unit=company.northfield, title=f"Robots halted by bad update {number}")
    analyst.has_perm("risks.view_risk")

    with django_assert_max_num_queries(4):
        assert len(found("Robots halted by a bad update", analyst)) == duplicates.MOST_SHOWN
