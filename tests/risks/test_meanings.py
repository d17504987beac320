from decimal import Decimal

import pytest

from portal.errors import Invalid, Stale
from portal.record.models import AuditEntry
from risks import meanings
from risks.meanings import OFFERED, Meaning
from risks.models import ScaleMeaning


def bounds(*numbers):
    return Meaning(bounds=tuple(Decimal(number) for number in numbers))


@pytest.mark.parametrize("scale", list(OFFERED))
def test_what_is_offered_can_be_taken_as_it_is(company, scale):
    row = meanings.say(scale, OFFERED[scale], actor=None)

    assert row.version == 1
    assert len(set(meanings.in_words(scale).values())) == 5


def test_levels_in_money_hours_and_years(company):
    known = {
        "financial": bounds(0, 50000, 250000, 1000000, 5000000),
        "operational": Meaning(bounds("0", "4", "24", "72", "240").bounds, ("", "", "", "one line", "the plant")),
        "likelihood": bounds("0", "0.03", "0.1", "0.5", "2"),
    }

    assert {level: words.replace("\u00a0", " ") for level, words in meanings.in_words("financial", known).items()} == {
        1: "under €50 k",
        2: "€50 k to €250 k",
        3: "€250 k to €1.0 M",
        4: "€1.0 M to €5.0 M",
        5: "€5.0 M or more",
    }
    assert meanings.in_words("operational", known) == {
        1: "under 4 hours",
        2: "4 hours to 24 hours",
        3: "24 hours to 3 days",
        4: "3 days to 10 days; one line",
        5: "10 days or more; the plant",
    }
    assert meanings.in_words("likelihood", known) == {
        1: "more seldom than once in 33 years",
        2: "once in 33 years to once in 10 years",
        3: "once in 10 years to once in 2 years",
        4: "once in 2 years to 2 times a year",
        5: "2 times a year or more",
    }
    assert meanings.in_words("safety", known) == {}


@pytest.mark.parametrize(
    ("scale", "meaning", "field"),
    [
        ("financial", bounds(0, 10, 10, 20, 30), "bound_3"),
        ("financial", bounds(0, 10, 5, 20, 30), "bound_3"),
        ("financial", bounds(0, 0, 5, 20, 30), "bound_2"),
        ("operational", bounds(1, 2, 3, 4, 5), "bound_1"),
        ("operational", Meaning(), "bound_1"),
        ("likelihood", bounds("0", "0.001", "0.1", "1", "2"), "bound_2"),
        ("likelihood", bounds("0", "0.1", "0.2", "1", "NaN"), "bound_5"),
        ("safety", Meaning(words=("a", "b", "", "d", "e")), "words_3"),
        ("safety", Meaning(words=("a", "b", "b", "d", "e")), "words_3"),
        ("legal", Meaning(words=("a", "b", "c", "d", "e" * 121)), "words_5"),
        ("weather", Meaning(), "scale"),
    ],
)
def test_levels_climb_or_are_refused_by_field(company, scale, meaning, field):
    with pytest.raises(Invalid) as refusal:
        meanings.say(scale, meaning, actor=None)

    assert field in refusal.value.fields
    assert not ScaleMeaning.objects.exists()


def test_a_change_is_audited_and_the_same_again_is_not(person):
    admin = person("ADMIN")
    meanings.say("financial", OFFERED["financial"], actor=admin)
    meanings.say("financial", OFFERED["financial"], actor=admin)
    meanings.say("financial", bounds(0, 1, 2, 3, 4), actor=admin)

    entries = AuditEntry.objects.filter(verb="scale-meaning.said").order_by("pk")
    assert [entry.params["bounds"][1] for entry in entries] == ["50000", "1"]
    assert {entry.actor_id for entry in entries} == {admin.pk}


def test_a_late_save_is_refused(company):
    meanings.say("financial", OFFERED["financial"], actor=None, version=0)

    with pytest.raises(Stale):
        meanings.say("financial", bounds(0, 1, 2, 3, 4), actor=None, version=0)


def test_whoever_asks_again_reads_the_change(company, django_capture_on_commit_callbacks):
    assert meanings.known() == {}

    with django_capture_on_commit_callbacks(execute=True):
        meanings.say("safety", OFFERED["safety"], actor=None)

    assert meanings.known()["safety"].words[0] == "First aid at most"
