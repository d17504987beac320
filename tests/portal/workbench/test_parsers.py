from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.workbench import parsers
from portal.workbench.errors import Unfit
from risks.import_fields import IMPACTS, LIKELIHOODS


def terms(order=""):
    return SimpleNamespace(choices={"day_order": order} if order else {})


@pytest.mark.parametrize(
    ("told", "order", "day"),
    [
        ("2026-04-03", "", date(2026, 4, 3)),
        ("2026/4/3", "", date(2026, 4, 3)),
        ("2026-04-03 00:00:00", "MONTH_FIRST", date(2026, 4, 3)),
        ("03.04.2026", "", date(2026, 4, 3)),
        ("3.4.26", "MONTH_FIRST", date(2026, 4, 3)),
        ("03/04/2026", "DAY_FIRST", date(2026, 4, 3)),
        ("03/04/2026", "MONTH_FIRST", date(2026, 3, 4)),
        ("3-4-2026", "DAY_FIRST", date(2026, 4, 3)),
        ("25/04/2026", "", date(2026, 4, 25)),
        ("04/25/2026", "", date(2026, 4, 25)),
        ("04/04/2026", "", date(2026, 4, 4)),
        ("3 April 2026", "", date(2026, 4, 3)),
        ("3. Mai 2026", "", date(2026, 5, 3)),
        ("April 3, 2026", "", date(2026, 4, 3)),
        ("Apr 3rd, 2026", "", date(2026, 4, 3)),
        ("03-Apr-26", "", date(2026, 4, 3)),
    ],
)
def test_days_as_sheets_write_them(told, order, day):
    assert parsers.day(told, terms(order)) == day


@pytest.mark.parametrize(
    ("told", "order", "sentence"),
    [
        ("03/04/2026", "", "may be two days"),
        ("31.02.2026", "", "no such day"),
        ("25/04/2026", "MONTH_FIRST", "no such day"),
        ("soon", "", "This is no day"),
        ("April 2026", "", "This is no day"),
        ("45000", "", "This is no day"),
        ("1026-01-01", "", "another century"),
        ("-3.4.2026", "", "This is no day"),
    ],
)
def test_what_is_no_day_says_so(told, order, sentence):
    with pytest.raises(Unfit) as misfit:
        parsers.day(told, terms(order))

    assert sentence in str(misfit.value.sentence)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(["DAY_FIRST", "MONTH_FIRST"]))
def test_a_day_written_in_any_way_is_read_back(day, order):
    slashed = f"{day:%d/%m}/{day.year}" if order == "DAY_FIRST" else f"{day:%m/%d}/{day.year}"

    for told in (day.isoformat(), f"{day:%d.%m}.{day.year}", slashed, f"{day.day} {parsers.MONTH_WORDS[day.month - 1]} {day.year}"):
        assert parsers.day(told, terms(order)) == day


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_day_that_may_be_two_is_never_guessed(day):
    told = f"{day:%d/%m}/{day.year}"
    assume(parsers.is_ambiguous(told))

    with pytest.raises(Unfit):
        parsers.day(told, terms())


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_a_sentence(text):
    for parse in (parsers.day, parsers.number, parsers.level(LIKELIHOODS), parsers.one_of({"open": 1})):
        try:
            parse(text, terms())
        except Unfit as misfit:
            assert str(misfit.sentence).endswith(".")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2026", "25/04/2026"], "DAY_FIRST"),
        (["03/04/2026", "04/25/2026"], "MONTH_FIRST"),
        (["03/04/2026"], ""),
        (["25/04/2026", "04/25/2026"], ""),
        (["25.04.2026", "x"], ""),
    ],
)
def test_a_sheet_may_show_the_order_of_its_days_by_itself(cells, order):
    assert parsers.day_order_of(cells) == order


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ("3", 3),
        ("3.0", 3),
        ("3,0", 3),
        ("possible", 3),
        ("Almost  certain", 5),
        ("3 - Possible", 3),
        ("Likely (4)", 4),
        ("4: likely", 4),
        ("Very high", 5),
    ],
)
def test_a_level_as_digit_word_or_both(told, level):
    assert parsers.level(LIKELIHOODS)(told, terms()) == level


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("0", "A level is 1 to 5."),
        ("6", "A level is 1 to 5."),
        ("-3", "A level is 1 to 5."),
        ("-3 - Possible", "Write a level from 1 to 5"),
        ("2.5", "Write a level from 1 to 5"),
        ("3 - Likely", "The number says 3 and the word says 4. Keep one of them."),
        ("3 - Purple", "“purple” is no word of the scale."),
        ("Purple", "Write a level from 1 to 5, or a word of the scale such as rare (1), unlikely (2)."),
    ],
)
def test_what_is_no_level_says_so(told, sentence):
    with pytest.raises(Unfit) as misfit:
        parsers.level(LIKELIHOODS)(told, terms())

    assert str(misfit.value.sentence).startswith(sentence)


def test_severe_is_the_worst_impact():
    assert parsers.level(IMPACTS)("Severe", terms()) == 5


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("1250.50", "1250.50"),
        ("1250,50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1'250.50", "1250.50"),
        ("1 250,5", "1250.5"),
        ("1,250,000", "1250000"),
        ("1.250.000", "1250000"),
        ("-3,5", "-3.5"),
        ("0,125", "0.125"),
        ("1250", "1250"),
    ],
)
def test_numbers_with_point_or_comma(told, number):
    assert parsers.number(told, terms()) == Decimal(number)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [("1,250", "may be two numbers"), ("1.250", "may be two numbers"), ("12a", "no number"), ("1e5", "no number")],
)
def test_what_is_no_number_says_so(told, sentence):
    with pytest.raises(Unfit) as misfit:
        parsers.number(told, terms())

    assert sentence in str(misfit.value.sentence)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_with_either_mark_is_read_back(number):
    for told in (f"{number:.2f}", f"{number:.2f}".replace(".", ","), f"{number:,.2f}"):
        assert parsers.number(told, terms()) == number
