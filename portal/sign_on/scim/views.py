"""/scim/v2/Users and Groups. Each answer is SCIM's, refusals as well."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from scim2_models import Context, ListResponse, PatchOp, SearchRequest

from portal.errors import Invalid
from portal.sign_on import directory
from portal.sign_on.models import DirectoryGroup, DirectoryPerson
from portal.sign_on.scim import asking, shapes
from portal.sign_on.scim.door import Door, Wrong
from portal.sign_on.scim.shapes import TOLERANT, Group, User
from portal.told import row_key, row_keys


class Book(Door):
    """The users, or the groups: asked for, and added to."""

    model: Any = None
    lookups: Mapping[str, str] = {}

    def get(self, request: Request) -> Response:
        return self.found(SearchRequest[self.model].model_validate(request.GET.dict(), scim_policy=TOLERANT))

    def post(self, request: Request) -> Response:
        told = self.model.model_validate(request.data, scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=TOLERANT)
        made = self.rows().get(pk=self.make(told).pk)
        return self.shown(self.show(made), Context.RESOURCE_CREATION_RESPONSE, 201)

    def found(self, wanted: SearchRequest) -> Response:
        page = asking.answer(self.model, wanted, self.rows(), dict(self.lookups), self.show)
        return Response(page.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=wanted))

    def one(self, key: str) -> Any:
        known = row_key(key)
        row = self.rows().filter(pk=known).first() if known is not None else None
        if row is None:
            raise Wrong(404, "There is no such thing here.")
        return row


class Entry:
    """One user, or one group: shown, replaced, changed in part, dropped."""

    def get(self, request: Request, key: str) -> Response:
        return self.shown(self.show(self.one(key)), Context.RESOURCE_QUERY_RESPONSE)

    @transaction.atomic
    def put(self, request: Request, key: str) -> Response:
        directory.take_turn()
        row = self.one(key)
        told = self.model.model_validate(request.data, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=TOLERANT)
        told.replace(self.show(row))
        self.say(row, told)
        return self.shown(self.show(self.one(key)), Context.RESOURCE_REPLACEMENT_RESPONSE)

    @transaction.atomic
    def patch(self, request: Request, key: str) -> Response:
        directory.take_turn()
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

    model: Any = User
    lookups = {"username": "said__userName__iexact", "externalid": "external_id", "id": "pk"}

    def rows(self) -> Any:
        return directory.people()

    def show(self, row: DirectoryPerson) -> User:
        return shapes.person(row, self.base)

    def make(self, told: User) -> DirectoryPerson:
        return directory.take_in(_said(told), actor=self.request.user)

    def say(self, row: DirectoryPerson, told: User) -> None:
        directory.say(row, _said(told), actor=self.request.user)

    def drop(self, row: DirectoryPerson) -> None:
        directory.drop(row, actor=self.request.user)


class OneUser(Entry, Users):
    """One of them."""


class Groups(Book):
    """Groups of people."""

    model: Any = Group
    lookups = {"displayname": "name__iexact", "externalid": "external_id", "id": "pk"}

    def rows(self) -> Any:
        return directory.groups()

    def show(self, row: DirectoryGroup) -> Group:
        return shapes.group(row, self.base)

    def make(self, told: Group) -> DirectoryGroup:
        return directory.make_group(
            told.display_name or "", _members(told), external_id=told.external_id or "", actor=self.request.user
        )

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


def _said(told: User) -> dict[str, Any]:
    data = told.model_dump(scim_ctx=Context.DEFAULT)
    return {key: value for key, value in data.items() if key not in ("schemas", "id", "meta", "groups")}


def _members(told: Group) -> list[int]:
    values = [str(one.value) for one in told.members or [] if one.value]
    found = row_keys(values)
    if len(found) < len(values):
        raise Invalid("A member of this group is nobody that the directory keeps here.", {"members": []})
    return found
