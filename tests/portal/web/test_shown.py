from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from portal.web import shown
from risks.scales import band_of

TODAY = date(2026, 11, 23)
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "written"),
    [("62", "62.0"), ("-4.5", "−4.5"), ("0", "0.0"), ("0.05", "0.0"), ("0.15", "0.2"), (None, "–")],
)
def test_points_have_one_decimal_and_a_true_minus(value, written):
    assert shown.points(value and Decimal(value)) == written


@pytest.mark.parametrize(("value", "written"), [("7", "+7.0"), ("-6", "−6.0"), ("0", "0.0")])
def test_signed_points_say_which_way(value, written):
    assert shown.points(Decimal(value), signed=True) == written


@pytest.mark.parametrize(("value", "written"), [(62, "62"), (-11, "−11"), (Decimal("61.6"), "62"), (1234, "1,234"), (None, "–")])
def test_whole_numbers_have_no_decimals(value, written):
    assert shown.whole(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("39.5", "39"), ("59.9", "59"), ("60.0", "60"), ("0.9", "0"), ("100.0", "100"), (None, "–"), ("", "–")],
)
def test_a_score_never_reads_as_more_than_it_is(value, written):
    assert shown.score(value and Decimal(value)) == written


def test_a_score_and_its_band_never_contradict():
    values = [Decimal(tenths) / 10 for tenths in range(1001)]

    assert [value for value in values if band_of(Decimal(shown.score(value))) != band_of(value)] == []


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("340", "€340"),
        ("999.4", "€999"),
        ("999.6", f"€1{NBSP}k"),
        ("2500", f"€2.5{NBSP}k"),
        ("74000", f"€74{NBSP}k"),
        ("999499", f"€999{NBSP}k"),
        ("999500", f"€1.0{NBSP}M"),
        ("4100000", f"€4.1{NBSP}M"),
        ("14140000", f"€14.1{NBSP}M"),
        ("-310000", f"−€310{NBSP}k"),
        ("0", "€0"),
        (None, "–"),
    ],
)
def test_money_is_written_in_the_unit_a_person_would_say(amount, written):
    assert shown.money(amount and Decimal(amount), "EUR") == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("4123000", f"€4.1{NBSP}M"),
        ("14123000", f"€14{NBSP}M"),
        ("996000", f"€1.0{NBSP}M"),  # 996 k to two digits is 1,000 k
        ("623400", f"€620{NBSP}k"),
        ("74900", f"€75{NBSP}k"),
        ("2460", f"€2.5{NBSP}k"),
        ("347", "€350"),
        ("0", "€0"),
    ],
)
def test_estimates_keep_two_significant_digits(amount, written):
    assert shown.two_digits(Decimal(amount), "EUR") == written


def test_exact_money_ends_in_cents():
    assert shown.money_exact(Decimal("74000"), "EUR") == "€74,000.00"


def test_a_currency_without_a_sign_is_named():
    assert shown.money(Decimal("340"), "CHF") == f"CHF{NBSP}340"


@pytest.mark.parametrize("band", ["very-low", "VERY_LOW", "Very low", 1])
def test_a_band_is_known_in_every_spelling(band):
    assert (shown.band_key(band), shown.band_number(band), shown.band_word(band)) == ("very-low", 1, "Very low")


@pytest.mark.parametrize("band", ["", None, "critical", 0, 6])
def test_an_unknown_band_has_neither_word_nor_shape(band):
    assert (shown.band_key(band), shown.band_number(band), shown.band_word(band)) == ("", 0, "")


def test_the_year_is_left_out_within_the_year():
    assert shown.date_short(date(2026, 12, 12), TODAY) == "12 Dec"
    assert shown.date_short(date(2027, 2, 26), TODAY) == "26 Feb 2027"


def test_a_moment_is_shown_in_the_reader_s_zone():
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert shown.moment(at) == "24 Nov 2026, 00:30"
    with timezone.override(ZoneInfo("America/Sao_Paulo")):
        assert shown.moment(at) == "23 Nov 2026, 20:30"


@pytest.mark.parametrize(
    ("due_on", "word", "tone"),
    [
        (date(2026, 11, 4), "19 days late", "late"),
        (date(2026, 11, 22), "1 day late", "late"),
        (TODAY, "today", "soon"),
        (date(2026, 11, 30), "in 7 days", "soon"),
        (date(2026, 12, 1), "in 8 days", ""),
        (None, "no date", ""),
    ],
)
def test_a_due_date_says_how_far_it_is(due_on, word, tone):
    assert shown.due_word(due_on, TODAY).replace(NBSP, " ") == word
    assert shown.due_tone(due_on, TODAY) == tone
