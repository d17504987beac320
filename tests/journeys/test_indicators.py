"""A reading that leaves its bounds moves the score of the risk it speaks of, and one that comes back moves it back."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal import clock
from tests.journeys.test_discovery_to_dashboard import reload_until

pytestmark = pytest.mark.journey


def read(page, value: str, hours_ago: int) -> None:
    page.get_by_text("Write down a reading").click()
    page.fill("input[name=value]", value)
    page.fill("input[name=observed_at]", (clock.now() - timedelta(hours=hours_ago)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Keep this reading").click()


def test_a_restore_test_that_is_too_old_moves_the_score_until_the_next_one(verrow, as_account):
    owner = as_account("owner", scripts=False)
    owner.goto(f"{verrow.address}/risks/indicators/")
    owner.get_by_role("link", name="Age of the last restore test").click()
    here = owner.url

    read(owner, "200", 30)

    expect(owner.get_by_text("Outside of its bounds").first).to_be_visible()
    owner.get_by_role("link", name="Backup keys held by one person").click()
    reload_until(owner, "text=Indicators outside of their bounds: 1")
    owner.goto(f"{verrow.address}/inbox/")
    expect(owner.get_by_text("It left its bounds").first).to_be_visible()

    owner.goto(here)
    read(owner, "3", 4)
    expect(owner.get_by_text("Within bounds").first).to_be_visible()
