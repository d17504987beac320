"""Who may come in: people by password and second factor, nobody by signing up, no service account."""

from typing import NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from django.http import Http404, HttpRequest

from portal.people.addresses import client_address


class ClosedDoor(DefaultAccountAdapter):
    """Accounts are made by an administrator, never by the visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


def closed(request: HttpRequest, **_: str) -> NoReturn:
    """A page of allauth that has no place here."""
    raise Http404
