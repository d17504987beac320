"""What makes a password here: its length and that nobody guesses it; never which signs are in it."""

import pytest
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError

from portal.people import accounts
from portal.people.models import Organisation


@pytest.fixture
def verrow(company):
    Organisation.objects.update(name="Verrow Manufacturing")
    return company


@pytest.mark.parametrize(
    "password",
    [
        "Verrow-2026-2027!",
        "concordconcord",
        "VERROWmanufacturing",
        "manufacturing123456",
        "Concord!Verrow!1",
        "elevenchars",
        min(known for known in CommonPasswordValidator().passwords if len(known) >= 12),
    ],
)
def test_what_is_short_common_or_ours_is_refused(verrow, password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "a-long-enough-pass-phrase",
        "verrow turns the harbour lamp",
        "no digits no capitals at all",
        "838271940266",
        "ÄÖÜß 汉字 emoji 🦉🦉",
        "x" * 30 + "y" * 34 + "z" * 60,
    ],
)
def test_anything_else_will_do_whatever_signs_it_is_of(verrow, password):
    validate_password(password)


def test_ones_own_name_or_address_will_not_do(verrow):
    dana = accounts.make("dana.whitlock@verrow.example", "Dana Whitlock", actor=None)

    with pytest.raises(ValidationError):
        validate_password("dana.whitlock@", dana)


def test_every_sign_of_it_counts(verrow):
    dana = accounts.make("dana@verrow.example", "Dana", password="  Two blanks before, and 90 more: " + "m" * 60, actor=None)

    assert dana.check_password("  Two blanks before, and 90 more: " + "m" * 60)
    assert not dana.check_password("Two blanks before, and 90 more: " + "m" * 60)
    assert not dana.check_password("  two blanks before, and 90 more: " + "m" * 60)
    assert not dana.check_password("  Two blanks before, and 90 more: " + "m" * 59)


@pytest.mark.parametrize("name", ["Da\x1bna", "Dana\u202eadmin", "\u2066Dana"])
def test_a_name_holds_no_sign_that_nobody_sees(verrow, name):
    with pytest.raises(Exception, match="cannot be made"):
        accounts.make("dana@verrow.example", name, actor=None)


def test_a_name_stands_on_one_line(verrow):
    """So it can be no second header of a mail, and no second line anywhere."""
    dana = accounts.make("dana@verrow.example", "Dana\r\nBcc: all@verrow.example", actor=None)
    assert dana.name == "Dana Bcc: all@verrow.example"

    accounts.describe(dana, name=" Dana\n\tWhitlock ", language="en", time_zone="", actor=dana)
    assert dana.name == "Dana Whitlock"
