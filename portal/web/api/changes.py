"""A state change is a thing with its own address: POST /api/v1/risks/7/closing/."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.web.api import etags


def state_change(
    permission: str, *, request: Any = None, session: bool = False, tries: bool = True, response: Any = None, status: int = 200
) -> Callable[[Callable], Callable]:
    """Make a viewset's method `closing(self, instance, validated, actor)` the address `…/<id>/closing/`. `request` is the
    serializer of the body, if it has one; `session=True` refuses tokens and asks for
    a fresh second factor; `tries=False` refuses a dry run. If-Match is checked where it is sent. The answer is
    the row as it now is, or what the method returns, by the serializer `response`."""

    def decorate(method: Callable) -> Callable:
        noun = method.__name__.replace("_", "-")

        @wraps(method)
        def changed(self: Any, asked: Request, pk: str) -> Response:
            instance = self.get_object()
            if "If-Match" in asked.headers:
                etags.expected(asked, instance)
            validated = {}
            if request is not None:
                body = request(data=asked.data, context=self.get_serializer_context())
                body.is_valid(raise_exception=True)
                validated = body.validated_data
            found = method(self, instance, validated, asked.user)
            if response is not None:
                return Response(response(found, context=self.get_serializer_context()).data, status=status)
            shown = self.get_queryset().filter(pk=instance.pk).first() or found or instance
            return self.show(self.get_serializer(shown), status)

        answers = {} if response is None else {"responses": {status: response}}
        described = extend_schema(request=request, **answers)
        only = {"write_permission": permission, "in_session": session, "offers_dry_run": tries}
        made = action(detail=True, methods=["post"], url_path=noun, **only)(changed)
        return described(made)

    return decorate
