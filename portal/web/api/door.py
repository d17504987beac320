"""What every address of the API does around its own work: who asks, what is asked, how a write is carried out."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from portal.people.access import OPEN_TO_ALL, SignedIn, holds
from portal.web import collisions, repeats
from portal.web.api import questions, throttles
from portal.web.api.scopes import InScope, InSession


class Door:
    """Mixed into a view. `resource` is the noun that scopes speak of (the router sets it); `permission` is for reading,
    `write_permission` for the rest, the same by default; `in_session` keeps the rest for a session with a fresh second factor;
    `parameters` are the query parameters an address knows; `offers_dry_run` is False where a try would tell what only the
    deed may."""

    resource = ""
    permission = OPEN_TO_ALL
    write_permission = ""
    in_session = False
    offers_dry_run = True
    parameters: Sequence[str] = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override("UTC"):  # moments go out as …Z, whatever zone the reader has chosen for pages
            return super().dispatch(request, *args, **kwargs)

    def get_permissions(self) -> list[Any]:
        reads = self.request.method in SAFE_METHODS
        needed = self.permission if reads else self.write_permission or self.permission
        role = [] if needed == OPEN_TO_ALL else [holds(needed)]
        return [one() for one in (SignedIn, InScope, *role, *([InSession] if self.in_session and not reads else []))]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        method = (request.method or "").lower()
        if not hasattr(self, method):
            raise MethodNotAllowed(request.method)
        super().initial(request, *args, **kwargs)
        writes = request.method not in SAFE_METHODS
        questions.check(request, [*self.known_parameters(), *(["dry_run"] if writes and self.offers_dry_run else [])])
        if writes:
            setattr(self, method, partial(self._carried_out, getattr(self, method)))

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Concord"'

    def known_parameters(self) -> Sequence[str]:
        return self.parameters

    def finalize_response(self, request: Any, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in throttles.headers(getattr(request, "_request", request)).items():
            response[name] = value
        return response

    def _carried_out(self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The write itself: once for each Idempotency-Key, undone at the end of a dry run, tried twice against a deadlock."""
        act = partial(handler, request, *args, **kwargs)
        if questions.flag(request, "dry_run"):
            return _undone(act)
        key = request.headers.get("Idempotency-Key")
        whole = act if key is None else partial(repeats.once, request, key, act)
        try:
            return whole()
        except OperationalError as error:
            if not collisions.passes(error, request):
                raise
            return whole()


def _undone(act: Callable[[], Response]) -> Response:
    """Do everything, see that the database would have kept it, then roll back: no row, no task, no mail."""
    with transaction.atomic():
        response = act()
        connection.check_constraints()
        transaction.set_rollback(True)
    response["Dry-Run"] = "true"
    del response["Location"]
    return response
