from datetime import date

import pytest

from governance.board import dashboard, figures, scope
from governance.board.figures import Figure, Figures
from governance.board.position import sentence

MONDAY = date(2026, 11, 16)


def known(**values) -> Figures:
    return Figures({key: Figure(key, value, f"/rows/{key}/") for key, value in values.items()}, MONDAY)


def words(found: Figures, *, is_personal=False, needs=0) -> str:
    return sentence(found, is_personal=is_personal, needs=needs, needs_url="#needs").text


def test_the_position_names_what_is_above_tolerance_and_what_is_new():
    found = known(open=47, above_tolerance=3, new_above=1, safety=5, review_overdue=2)

    assert words(found, needs=6) == (
        "Three of 47 open risks are above tolerance, one of them new since Monday 16 Nov. "
        "Five risks can hurt people. Two reviews are late. Six things need you."
    )


def test_the_position_of_a_quiet_day():
    assert words(known(open=1, above_tolerance=0)) == "1 open risk is within tolerance. Nothing needs you."


def test_the_position_of_an_empty_register():
    assert words(known(open=0)) == "No risk is open. Nothing needs you."


def test_whoever_sees_only_their_own_hears_of_their_own():
    assert words(known(open=2), is_personal=True) == "Two risks that concern you are open. Nothing needs you."


def test_every_figure_of_the_sentence_is_a_link_and_nothing_else_is_markup():
    found = known(open=47, above_tolerance=3)
    html = sentence(found, is_personal=False, needs=1, needs_url="/#needs").html

    assert html == (
        '<a href="/rows/above_tolerance/">Three</a> of <a href="/rows/open/">47 open risks</a> are above tolerance. '
        '<a href="/#needs">One thing</a> needs you.'
    )


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 23), date(2026, 11, 16)),  # a Monday: since Monday last week
        (date(2026, 11, 24), date(2026, 11, 23)),
        (date(2026, 11, 29), date(2026, 11, 23)),
    ],
)
def test_since_monday_always_covers_some_days(today, since):
    assert figures.last_monday(today) == since


def test_people_of_the_same_scope_see_the_same_figures(person, company):
    marta, idris = person("CIO"), person("CISO")

    assert figures.read(marta, scope.of(marta)).by_key == figures.read(idris, scope.of(idris)).by_key


def test_an_analyst_of_a_site_reads_the_figures_of_the_site(person, company):
    analyst = person("ANALYST", unit=company.northfield)

    where = scope.of(analyst)

    assert where.ids == [company.northfield.pk]
    assert where.rows("board:today", band="HIGH") == f"/?band=HIGH&unit={company.northfield.pk}"
    assert dashboard.build(analyst).scope == where
