"""Who may come in: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter


class ClosedDoor(DefaultAccountAdapter):
    """Accounts are made by invitation, never by the visitor."""

    def is_open_for_signup(self, request) -> bool:
        return False
