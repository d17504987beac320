"""What every address under /scim/v2/ has in common: who comes in, what a body is, and how a refusal reads."""

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from pydantic import ValidationError
from rest_framework.exceptions import APIException, AuthenticationFailed, NotAuthenticated
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from scim2_models import Context, Error, ResponseParameters, SCIMException

from portal.errors import ConcordError, Invalid
from portal.people.access import SignedIn
from portal.people.errors import EmailTaken
from portal.people.tokens import BearerAuthentication
from portal.sign_on import directory
from portal.sign_on.errors import KnownToTheDirectory, NotForTheDirectory

MEDIA_TYPE = "application/scim+json"
UNIQUE = (KnownToTheDirectory, EmailTaken)
LONGEST = 1024 * 1024  # bytes of a body


class Parser(BaseParser):
    media_type = "application/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            told = json.loads(self._whole(stream))
        except (ValueError, RecursionError):
            raise Wrong(400, "This is no JSON.", "invalidSyntax") from None
        if not isinstance(told, dict):
            raise Wrong(400, "Send one JSON object.", "invalidSyntax")
        return told

    def _whole(self, stream: Any) -> bytes:
        body = stream.read(LONGEST + 1)
        if len(body) > LONGEST:
            raise Wrong(413, f"Send at most {LONGEST} bytes at once.")
        return body


class Renderer(BaseRenderer):
    media_type = MEDIA_TYPE
    format = "scim"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else json.dumps(data).encode()


class Wrong(Exception):
    """Something that SCIM has a status for, and sometimes a word."""

    def __init__(self, status: int, detail: str, word: str | None = None):
        super().__init__(detail)
        self.error = Error(status=status, detail=detail, scim_type=word)


class ByToken(BasePermission):
    """A service account that keeps the directory, by a token of the scope that the method asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = "directory:read" if request.method in ("GET", "HEAD") or view.reads else "directory:write"
        token = request.auth
        return token is not None and request.user.has_perm(directory.MAY) and scope in token.scopes


class Door(APIView):
    """What every address of SCIM has in common."""

    schema = None
    reads = False  # whether its POST only asks
    authentication_classes = [BearerAuthentication]
    permission_classes = [SignedIn, ByToken]
    parser_classes = [Parser]
    renderer_classes = [Renderer]

    @property
    def base(self) -> str:
        return self.request.build_absolute_uri(reverse("scim:root")).rstrip("/")

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return Renderer(), MEDIA_TYPE

    def get_exception_handler(self) -> Callable[[Exception, Any], Response | None]:
        return refused

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Wrong(405, "This address does not take that method.")

    def shown(self, resource: Any, context: Context, status: int = 200) -> Response:
        wanted = self.parameters() if context is Context.RESOURCE_QUERY_RESPONSE else None
        data = resource.model_dump(scim_ctx=context, response_parameters=wanted)
        headers = {"Location": str(resource.meta.location)} if status == 201 else {}
        return Response(data, status=status, headers=headers)

    def parameters(self) -> ResponseParameters:
        told = {key: value for key, value in self.request.GET.items() if key in ("attributes", "excludedAttributes")}
        return ResponseParameters.model_validate(told)


def refused(error: Exception, context: Any) -> Response | None:
    """SCIM's own words for what went wrong."""
    found = _error(error)
    if found is None:
        return None
    headers = {"WWW-Authenticate": 'Bearer realm="Concord"'} if found.status == 401 else {}
    return Response(found.model_dump(), status=found.status, headers=headers)


def _error(error: Exception) -> Error | None:
    if isinstance(error, Wrong):
        return error.error
    if isinstance(error, SCIMException):
        return error.to_error()
    if isinstance(error, ValidationError):
        return Error.from_validation_errors(error)[0]
    if isinstance(error, (NotAuthenticated, AuthenticationFailed)):
        return Error(status=401, detail="Send a token that counts here.")
    if isinstance(error, (PermissionDenied, NotForTheDirectory)):
        return Error(status=403, detail=str(error) or "This token does not open that.")
    if isinstance(error, UNIQUE):
        return Error(status=409, scim_type="uniqueness", detail=str(error))
    if isinstance(error, Invalid):
        return Error(status=400, scim_type="invalidValue", detail=str(error))
    if isinstance(error, ConcordError):
        return Error(status=error.status, detail=str(error))
    if isinstance(error, APIException):
        return Error(status=error.status_code, detail=str(error.detail))
    return None


class Nowhere(Door):
    """Anything else under /scim/v2/."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for method in ("get", "post", "put", "patch", "delete"):
            setattr(self, method, self._nothing)
        return super().dispatch(request, *args, **kwargs)

    def _nothing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Wrong(404, "There is no such address here.")
