"""What the directory may say of people and groups, and how ours are shown to it. Of the standard's user we take what signing in
needs and no more: telephone, picture and the like are not asked for and not kept."""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Meta,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models.resources.user import Email

from portal.sign_on.models import DirectoryGroup, DirectoryPerson

MOST = 200  # a page
TOLERANT = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)


class Name(ComplexAttribute):
    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Membership(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only] = None
    display: Annotated[str | None, Mutability.read_only] = None


class User(Resource[Any]):
    """A person, as far as Concord takes a directory's word for them."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    active: bool | None = None
    emails: list[Email] | None = None
    groups: Annotated[list[Membership] | None, Mutability.read_only] = None


class Member(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )


class Group(Resource[Any]):
    """People who belong together."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[Member] | None = None


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=False),
    pagination=Pagination(cursor=False, index=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token of a service account, with the scopes directory:read and directory:write.",
            primary=True,
        )
    ],
)
PROVIDER = ScimProvider([User, Group], [ResourceType.from_resource(User), ResourceType.from_resource(Group)], CONFIG, TOLERANT)


def person(row: DirectoryPerson, base: str) -> User:
    """With its groups, which the caller has fetched. An account that was closed here is not active, whatever was said."""
    said = {key: value for key, value in row.said.items() if key not in ("schemas", "id", "meta", "groups")}
    shown = User.model_validate({"schemas": [str(User.__schema__)], **said}, scim_policy=TOLERANT)
    shown.id = str(row.pk)
    if row.user is not None and (shown.active is not None or not row.user.is_active):
        shown.active = row.user.is_active
    shown.groups = [Membership(value=str(one.pk), display=one.name) for one in row.groups.all()] or None
    shown.meta = _meta("User", f"{base}/Users/{row.pk}", row)
    return shown


def group(row: DirectoryGroup, base: str) -> Group:
    shown = Group(id=str(row.pk), display_name=row.name, external_id=row.external_id or None)
    members = sorted(row.members.all(), key=lambda one: one.pk)
    shown.members = [Member(value=str(one.pk), ref=f"{base}/Users/{one.pk}") for one in members] or None
    shown.meta = _meta("Group", f"{base}/Groups/{row.pk}", row)
    return shown


def _meta(kind: str, location: str, row: DirectoryPerson | DirectoryGroup) -> Meta:
    return Meta(resource_type=kind, created=row.created_at, last_modified=row.changed_at, location=location)
