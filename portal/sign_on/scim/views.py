"""/scim/v2/: discovery, users, groups. Each answer is SCIM's, refusals as well."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
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
from scim2_models import Context, Error, ListResponse, PatchOp, ResponseParameters, SCIMException, SearchRequest

from portal.errors import ConcordError, Invalid
from portal.people.access import SignedIn
from portal.people.errors import EmailTaken
from portal.people.tokens import BearerAuthentication
from portal.sign_on import directory
from portal.sign_on.errors import KnownToTheDirectory, NotForTheDirectory
from portal.sign_on.models import DirectoryGroup, DirectoryPerson
from portal.sign_on.scim import asking, shapes
from portal.sign_on.scim.shapes import PROVIDER, TOLERANT, Group, User

MEDIA_TYPE = "application/scim+json"
UNIQUE = (KnownToTheDirectory, EmailTaken)
LONGEST = 1024 * 1024  # bytes of a body


class Parser(BaseParser):
    media_type = "application/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            told = json.loads(stream.read(LONGEST + 1))
        except (ValueError, RecursionError):
            raise Wrong(400, "This is no JSON.", "invalidSyntax") from None
        if not isinstance(told, dict):
            raise Wrong(400, "Send one JSON object.", "invalidSyntax")
        return told


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


class Discovery(Door):
    """What this server is, holds and takes; nothing is written here, and nothing filtered (RFC 7644, 4)."""

    kind = ""

    def get(self, request: Request, key: str = "") -> Response:
        if "filter" in request.GET:
            raise Wrong(403, "What the server says of itself is not filtered.")
        if self.kind == "ServiceProviderConfig":
            return Response(_located(shapes.CONFIG, f"{self.base}/ServiceProviderConfig", self.kind))
        found = PROVIDER.resource_types if self.kind == "ResourceType" else PROVIDER.schemas
        rows = [_located(one, f"{self.base}/{self.kind}s/{one.id}", self.kind) for one in found]
        if key:
            match = next((row for row in rows if row["id"] == key), None)
            if match is None:
                raise Wrong(404, "There is no such thing here.")
            return Response(match)
        page = {"totalResults": len(rows), "itemsPerPage": len(rows), "startIndex": 1, "Resources": rows}
        return Response({"schemas": [str(ListResponse.__schema__)], **page})


def _located(resource: Any, location: str, kind: str) -> dict[str, Any]:
    data = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return {**data, "meta": {"resourceType": kind, "location": location}}


class Book(Door):
    """The users, or the groups: asked for, and added to."""

    model: Any = None
    lookups: Mapping[str, str] = {}

    def get(self, request: Request) -> Response:
        return self.found(SearchRequest[self.model].model_validate(request.GET.dict(), scim_policy=TOLERANT))

    def post(self, request: Request) -> Response:
        told = self.model.model_validate(request.data, scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=TOLERANT)
        with transaction.atomic():
            made = self.make(told)
        return self.shown(self.show(made), Context.RESOURCE_CREATION_RESPONSE, 201)

    def found(self, wanted: SearchRequest) -> Response:
        page = asking.answer(self.model, wanted, self.rows(), dict(self.lookups), self.show)
        return Response(page.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=wanted))

    def one(self, key: str) -> Any:
        row = self.rows().filter(**{self.key: int(key)}).first() if key.isdecimal() and len(key) < 19 else None
        if row is None:
            raise Wrong(404, "There is no such thing here.")
        return row


class Entry:
    """One user, or one group: shown, replaced, changed in part, dropped."""

    def get(self, request: Request, key: str) -> Response:
        return self.shown(self.show(self.one(key)), Context.RESOURCE_QUERY_RESPONSE)

    def put(self, request: Request, key: str) -> Response:
        row = self.one(key)
        told = self.model.model_validate(request.data, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=TOLERANT)
        told.replace(self.show(row))
        self.say(row, told)
        return self.shown(self.show(self.one(key)), Context.RESOURCE_REPLACEMENT_RESPONSE)

    def patch(self, request: Request, key: str) -> Response:
        row = self.one(key)
        told = PatchOp[self.model].model_validate(request.data, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=TOLERANT)
        resource = self.show(row)
        if told.patch(resource, scim_policy=TOLERANT):
            self.say(row, resource)
        return self.shown(self.show(self.one(key)), Context.RESOURCE_PATCH_RESPONSE)

    def delete(self, request: Request, key: str) -> Response:
        self.drop(self.one(key))
        return Response(status=204)

    def post(self, request: Request, key: str) -> Response:
        return self.http_method_not_allowed(request)


class Users(Book):
    """People."""

    model, key = User, "pk"
    lookups = {"username": "said__userName__iexact", "externalid": "external_id", "id": "pk"}

    def rows(self) -> Any:
        return directory.people()

    def show(self, row: DirectoryPerson) -> User:
        return shapes.person(row, self.base)

    def make(self, told: User) -> DirectoryPerson:
        if directory.called(told.user_name).exists():
            raise KnownToTheDirectory
        return self.rows().get(pk=directory.take_in(_said(told), actor=self.request.user).pk)

    def say(self, row: DirectoryPerson, told: User) -> None:
        if directory.called(told.user_name).exclude(pk=row.pk).exists():
            raise KnownToTheDirectory
        directory.say(row, _said(told), actor=self.request.user)

    def drop(self, row: DirectoryPerson) -> None:
        directory.drop(row, actor=self.request.user)


class OneUser(Entry, Users):
    """One of them."""


class Groups(Book):
    """Groups of people."""

    model, key = Group, "pk"
    lookups = {"displayname": "name__iexact", "externalid": "external_id", "id": "pk"}

    def rows(self) -> Any:
        return directory.groups()

    def show(self, row: DirectoryGroup) -> Group:
        return shapes.group(row, self.base)

    def make(self, told: Group) -> DirectoryGroup:
        made = directory.make_group(
            told.display_name or "", _members(told), external_id=told.external_id or "", actor=self.request.user
        )
        return self.rows().get(pk=made.pk)

    def say(self, row: DirectoryGroup, told: Group) -> None:
        directory.say_group(
            row, told.display_name or "", _members(told), external_id=told.external_id or "", actor=self.request.user
        )

    def drop(self, row: DirectoryGroup) -> None:
        directory.drop_group(row, actor=self.request.user)


class OneGroup(Entry, Groups):
    """One of them."""


class Search(Door):
    """`POST /.search`: a question that is too long for an address, or whose words must not stand in one."""

    reads = True
    of: type[Book] | None = None

    def post(self, request: Request) -> Response:
        books = [self.of] if self.of else [Users, Groups]
        model = self.of.model if self.of else User | Group
        wanted = SearchRequest[model].model_validate(request.data, scim_ctx=Context.SEARCH_REQUEST, scim_policy=TOLERANT)
        pages = []
        for book in books:
            door = book()
            door.request = request
            pages.append(asking.answer(book.model, wanted, door.rows(), dict(door.lookups), door.show))
        found = [one for page in pages for one in page.resources or []]
        whole = ListResponse[model](
            total_results=sum(page.total_results for page in pages),
            items_per_page=len(found),
            start_index=wanted.start_index or 1,
            resources=found,
        )
        return Response(whole.model_dump(scim_ctx=Context.SEARCH_RESPONSE, response_parameters=wanted))


class Nowhere(Door):
    """Anything else under /scim/v2/."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        for method in ("get", "post", "put", "patch", "delete"):
            setattr(self, method, self._nothing)
        return super().dispatch(request, *args, **kwargs)

    def _nothing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Wrong(404, "There is no such address here.")


def _said(told: User) -> dict[str, Any]:
    data = told.model_dump(scim_ctx=Context.DEFAULT)
    return {key: value for key, value in data.items() if key not in ("schemas", "id", "meta", "groups")}


def _members(told: Group) -> list[int]:
    values = [str(one.value) for one in told.members or [] if one.value]
    if not all(value.isdecimal() and len(value) < 19 for value in values):
        raise Invalid("A member of this group is nobody that the directory keeps here.", {"members": []})
    return [int(value) for value in values]
