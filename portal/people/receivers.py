"""Every way of signing in and out leaves its line in the list of sessions, every wrong try one in the log."""

from typing import Any

import structlog
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from portal.people import sessions
from portal.people.models import User
from portal.people.sign_in import account_named

log = structlog.get_logger(__name__)


@receiver(user_logged_in, dispatch_uid="people.session_begins")
def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request, user)
    log.info("sign_in.done", user=user.pk)


@receiver(user_logged_out, dispatch_uid="people.session_is_left")
def leave(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    sessions.leave(request)


@receiver(user_login_failed, dispatch_uid="people.sign_in_failed")
def refuse(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """The account as a pseudonym: the same for the same address, so that a log shows what is tried without naming anybody."""
    named = account_named(request, credentials) if request is not None else ""
    log.warning("sign_in.failed", account=salted_hmac("concord.sign-in", named, algorithm="sha256").hexdigest()[:16])


@receiver(authentication_failed, dispatch_uid="people.second_factor_failed")
def refuse_factor(sender: Any, user: User, reauthentication: bool, **kwargs: Any) -> None:
    log.warning("second_factor.failed", user=user.pk, again=reauthentication)
