"""People and service accounts: whom one may name as an owner; for administrators also how each account stands."""

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.errors import Invalid
from portal.people import accounts, guest_list, invitations, leaving, roll, second_factors, service_accounts, sessions, tokens
from portal.people.access import OPEN_TO_ALL
from portal.people.models import User
from portal.web.api import scopes
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.resources.accounts import (
    AccountClosingSerializer,
    AccountSerializer,
    GuestListSerializer,
    GuestSerializer,
    InvitedSerializer,
    IssuedTokenSerializer,
    OwnAccountSerializer,
    ProfileSerializer,
    ServiceAccountSerializer,
    TokenNamedSerializer,
    TokensSerializer,
    TokenWishSerializer,
    own,
)
from portal.web.api.router import resources

MAY = "people.change_user"
UNPAGED: dict[str, Any] = {"filter_backends": [], "pagination_class": None}


class UserSerializer(RowSerializer):
    unit = Linked("unit", read_only=True, allow_null=True)
    account = serializers.SerializerMethodField(help_text="Null for those who do not administer accounts.")

    class Meta:
        model = User
        fields = ["id", "name", "unit", "is_service", "is_active", "email", "account"]
        extra_kwargs = {"email": {"help_text": "Empty for those who may not read it.", "allow_blank": True}}

    @extend_schema_field(AccountSerializer(allow_null=True))
    def get_account(self, instance: User) -> dict[str, Any] | None:
        if not hasattr(instance, "standing"):
            return None
        instance.seats_held = [one.seat for one in instance.open_seats]
        instance.newest_invitation = next(iter(instance.newest_invitations), None)
        return AccountSerializer(instance).data

    def to_representation(self, instance: User) -> dict[str, Any]:
        row = super().to_representation(instance)
        asking = self.context["request"].user
        if "email" in row and asking.pk != instance.pk and not asking.has_perm("people.view_user"):
            row["email"] = ""
        return row


class UserFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", help_text="People of this very unit.")
    name = django_filters.CharFilter(lookup_expr="icontains", max_length=120, help_text="Part of the name.")

    class Meta:
        model = User
        fields = ["unit", "is_service", "is_active"]


class UserViewSet(ReadSet):
    """Names and units, for choosing owners. Who has left is not in the list, unless an administrator asks for closed accounts by
    `is_active=0`; everybody keeps an address. POST invites a person: they get a mail with a link that works once."""

    kind = "user"
    serializer_class = UserSerializer
    filterset_class = UserFilters
    ordering_fields = ["name"]
    write_permission = MAY

    def queryset_for(self, user: Any) -> QuerySet:
        if user.has_perm(MAY):
            return roll.with_invitations(roll.with_offices(roll.of(user)))
        return super().queryset_for(user)

    def current(self, queryset: QuerySet) -> QuerySet:
        asks_for_closed = "is_active" in self.request.query_params and self.request.user.has_perm(MAY)
        return queryset if asks_for_closed else queryset.filter(is_active=True)

    @extend_schema(request=GuestSerializer, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        body = GuestSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        invited = invitations.invite(actor=request.user, **body.validated_data)
        row = self.get_queryset().get(pk=invited.user_id)
        return self.show(self.get_serializer(row), 201, {"Location": f"{request.path}{row.pk}/"})

    @extend_schema(request=GuestListSerializer, responses={201: InvitedSerializer})
    @action(detail=False, methods=["post"], url_path="invitation-list", filter_backends=[], pagination_class=None)
    def invitation_list(self, request: Request) -> Response:
        """Invite everybody of a list who is not here yet, all of them or none; a mistake is told by line and column. A dry run
        tells what it would do."""
        body = GuestListSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        text = body.validated_data["text"]
        found = guest_list.read(text)
        if not found.is_ready:
            raise _unfit(found)
        invited = guest_list.invite(text, actor=request.user)
        told = {"invited": [one.user_id for one in invited], "known": [row.known.pk for row in found.known if row.known]}
        return Response(InvitedSerializer(told).data, status=201)

    @extend_schema(request=ServiceAccountSerializer, responses={201: UserSerializer})
    @action(detail=False, methods=["post"], url_path="service-accounts", filter_backends=[], pagination_class=None)
    def service_accounts(self, request: Request) -> Response:
        """Make an account for a program: it never signs in, and does nothing before it has a token."""
        body = ServiceAccountSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        made = service_accounts.make(actor=request.user, **body.validated_data)
        return self.show(self.get_serializer(self.get_queryset().get(pk=made.pk)), 201)

    @extend_schema(methods=["GET"], responses=TokensSerializer, operation_id="users_tokens_retrieve")
    @extend_schema(methods=["POST"], request=TokenWishSerializer, responses={201: IssuedTokenSerializer})
    @action(detail=True, methods=["get", "post"], permission=MAY, in_session=True, offers_dry_run=False, **UNPAGED)
    def tokens(self, request: Request, pk: str) -> Response:
        """The newest tokens of a service account. POST issues another one and tells its secret, this once; it takes a person in a
        session with a fresh second factor."""
        account = self.get_object()
        if request.method == "GET":
            return Response(TokensSerializer({"tokens": service_accounts.tokens_of(account)[: service_accounts.SHOWN]}).data)
        body = TokenWishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wish = dict(body.validated_data)
        scopes.check_named(wish["scopes"])
        issued, secret = tokens.issue(account, wish.pop("name"), wish.pop("scopes"), actor=request.user, **wish)
        made = service_accounts.tokens_of(account).get(pk=issued.pk)
        made.secret = secret
        return Response(IssuedTokenSerializer(made).data, status=201)

    @state_change(MAY, request=TokenNamedSerializer, session=True)
    def token_revocation(self, instance, validated, actor):
        """Nobody comes in by this token from its next request on."""
        tokens.revoke(get_object_or_404(instance.tokens, pk=validated["token"]), actor=actor)

    @extend_schema(methods=["GET"], responses=OwnAccountSerializer, operation_id="users_me_retrieve")
    @extend_schema(methods=["PATCH"], request=ProfileSerializer, responses=OwnAccountSerializer)
    @action(
        detail=False,
        methods=["get", "patch"],
        write_permission=OPEN_TO_ALL,
        filter_backends=[],
        pagination_class=None,
    )
    def me(self, request: Request) -> Response:
        """The caller's own account; name, language, zone and keys are theirs to change."""
        user = request.user
        if request.method == "PATCH":
            before = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
            body = ProfileSerializer(data=request.data, partial=True)
            body.is_valid(raise_exception=True)
            told = dict(body.validated_data)
            with transaction.atomic():
                accounts.choose_keys(user, single_keys=told.pop("single_keys", user.single_keys), actor=user)
                accounts.describe(user, actor=user, **before | told)
        return Response(OwnAccountSerializer(own(user)).data)

    @state_change(MAY)
    def invitation(self, instance, validated, actor):
        """A new link to somebody who has not come in yet."""
        invitations.send_again(instance, actor=actor)

    @state_change(MAY, request=AccountClosingSerializer)
    def closing(self, instance, validated, actor):
        """No sign-in from now on; sessions and tokens stop at their next request. Refused for whoever fills a seat or stands in for
        one, and with `still-holds` where things would wait for nobody: hand them over at the pages, or leave them behind."""
        leaving.close(instance, actor=actor, **validated)

    @state_change(MAY)
    def reopening(self, instance, validated, actor):
        accounts.reopen(instance, actor=actor)

    @state_change(MAY)
    def sign_out(self, instance, validated, actor):
        """End every session of theirs."""
        sessions.end_all(instance, actor=actor)

    @state_change(MAY, session=True)
    def factor_reset(self, instance, validated, actor):
        """Take every second factor away and mail them a link for a new one."""
        second_factors.reset(instance, actor=actor)


def _unfit(found: guest_list.GuestList) -> Invalid:
    """Every mistake of a list, by line and column."""
    wrong = {f"line {row.line}, {column}": list(said) for row in found.rows for column, said in row.wrong.items()}
    wrong |= {"text": list(found.faults)} if found.faults else {}
    nobody = {"text": [_("It names nobody who is not here already.")]}
    return Invalid(_("Nobody was invited: mend the list first."), wrong or nobody)


resources.register("users", UserViewSet)
