import pytest
from django.forms import ValidationError

from portal.people.models import Unit, User
from portal.web.named import Named

NORTH, SOUTH = Unit(pk=1, name="Northfield"), Unit(pk=2, name="Southgate")
ADA = User(pk=1, name="Ada Byron", email="ada@concord.example", unit=NORTH)
JONAS = User(pk=2, name="Jonas Weber", email="jonas@concord.example", unit=NORTH)
OTHER = User(pk=3, name="Jonas Weber", email="j.weber@concord.example", unit=SOUTH)
THIRD = User(pk=4, name="Jonas Weber", email="weber@concord.example", unit=SOUTH)
NAMED = Named([ADA, JONAS, OTHER, THIRD], {"Arbiter": "ARBITER"})


def test_everybody_has_one_word_of_their_own():
    assert NAMED.words == [
        "Arbiter",
        "Ada Byron",
        "Jonas Weber, Northfield",
        "Jonas Weber, Southgate (3)",
        "Jonas Weber, Southgate (4)",
    ]


@pytest.mark.parametrize("person", [ADA, JONAS, OTHER, THIRD])
def test_a_word_and_an_address_mean_the_same_person(person):
    assert NAMED.meant(NAMED.word(person).upper()) is person
    assert NAMED.meant(f" {person.email.title()} ") is person


def test_a_seat_is_written_by_its_word():
    assert (NAMED.word("ARBITER"), NAMED.meant("arbiter"), NAMED.word("")) == ("Arbiter", "ARBITER", "")


def test_a_name_that_several_bear_is_asked_again():
    with pytest.raises(ValidationError, match="Several people are called Jonas weber"):
        NAMED.meant("Jonas weber")


def test_whoever_may_not_be_named_is_refused_under_every_word():
    gone = User(pk=9, name="Ada Byron", email="gone@concord.example")

    for text in (NAMED.word(gone), gone.email, "9", "Nobody"):
        with pytest.raises(ValidationError, match="Nobody who may be named here"):
            NAMED.meant(text)
