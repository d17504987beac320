"""Every way of signing in and out leaves its line in the list of sessions."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from portal.people import sessions
from portal.people.models import User


@receiver(user_logged_in, dispatch_uid="people.session_begins")
def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request, user)


@receiver(user_logged_out, dispatch_uid="people.session_is_left")
def leave(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    sessions.leave(request)
