"""Everybody of the demo comes in by password and second factor, and their first page is of use to them."""

import pytest

pytestmark = pytest.mark.journey

ACCOUNTS = [
    "cio",
    "ciso",
    "cso",
    "arbiter",
    "preparer",
    "board",
    "analyst",
    "owner",
    "head",
    "engineer",
    "colleague",
    "auditor",
    "admin",
]
WHAT_HELPS = {
    "board": "above tolerance",
    "engineer": "proposals",
    "colleague": "Raise a concern",
    "admin": "Every score is up to date",
    "analyst": "Finish it",
}


def test_the_demo_has_a_door_for_every_role(verrow):
    assert sorted(verrow.doors) == sorted(ACCOUNTS)
    assert (verrow.folder.parent / "demo-accounts.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_role_comes_in_and_finds_something_useful(as_account, account):
    page = as_account(account)

    assert page.locator("h1.position").is_visible()
    assert WHAT_HELPS.get(account, "Verrow Manufacturing") in page.content()
    assert page.locator("nav a[aria-current]").count() > 0
