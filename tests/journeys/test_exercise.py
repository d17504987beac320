"""A plan is tried with a clock, and what it lacks becomes a treatment in one step."""

import pytest
from playwright.sync_api import expect

from governance.board.demo.times import ZONE
from portal import clock

pytestmark = pytest.mark.journey

PLAN, GAP = "Ransomware in the plant network of Northfield", "Nobody knew who may call the response firm"


def test_an_exercise_is_run_and_its_gap_becomes_a_treatment(verrow, as_account):
    jonas = as_account("engineer")
    jonas.goto(f"{verrow.address}/risks/response-plans/")
    jonas.get_by_role("link", name=PLAN).click()
    jonas.get_by_role("link", name="Plan an exercise").click()
    jonas.fill("input[name=title]", "The response firm is called")
    jonas.fill("input[name=planned_on]", clock.today(ZONE).isoformat())
    jonas.fill("input[name=form-0-at_minute]", "0")
    jonas.fill("input[name=form-0-text]", "The firm asks for the contract number")
    jonas.get_by_role("button", name="Plan this exercise").click()

    jonas.get_by_role("button", name="Start it now").click()
    jonas.get_by_role("button", name="Feed it in").click()
    expect(jonas.get_by_text("Fed in by")).to_be_visible()
    jonas.get_by_role("link", name="Open the live plan").click()
    jonas.get_by_role("button", name="Done: Cut the plant from the office network").click()
    expect(jonas.get_by_text("1 of 10 actions are done")).to_be_visible()  # the live part alone was exchanged
    expect(jonas.get_by_role("link", name="Show private numbers")).to_have_count(0)  # nobody is called at home to try a plan

    jonas.goto(f"{verrow.address}/risks/exercises/")
    jonas.get_by_role("link", name="The response firm is called").click()
    jonas.fill("textarea[name=text]", GAP)
    jonas.get_by_role("button", name="Note this finding").click()
    jonas.get_by_text("End it").first.click()
    jonas.fill("textarea[name=summary]", "Twenty minutes; the number was there, the right to call was not.")
    jonas.get_by_role("button", name="End this exercise").click()
    jonas.get_by_role("link", name="Make a treatment of it").click()
    jonas.fill("input[name=due_on]", clock.today(ZONE).isoformat())
    jonas.get_by_label("2 Unlikely").first.check(force=True)
    jonas.get_by_role("button", name="Propose this treatment").click()

    expect(jonas.get_by_role("heading", name=GAP)).to_be_visible()
    jonas.get_by_role("link", name="Open the exercise").click()
    expect(jonas.get_by_text("1 gap, treated")).to_be_visible()
