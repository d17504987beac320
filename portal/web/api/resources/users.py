"""People and service accounts: whom one may name as an owner; for administrators also how each account stands."""

from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.people import accounts, guest_list, invitations, roles, roll, second_factors, sessions
from portal.people.models import Appointment, RoleAssignment, User
from portal.people.models.organisation import check_zone
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources

MAY = "people.change_user"


class GivenRoleSerializer(serializers.ModelSerializer):
    unit = serializers.IntegerField(source="unit_id")

    class Meta:
        model = RoleAssignment
        fields = ["role", "unit"]


class AccountSerializer(serializers.Serializer):
    """How an account stands."""

    standing = serializers.ChoiceField(choices=[(word, word) for word in roll.STANDINGS])
    last_sign_in_at = serializers.DateTimeField(source="last_login", allow_null=True)
    has_app = serializers.BooleanField(help_text="An authenticator app is a second factor of theirs.")
    has_passkey = serializers.BooleanField()
    needs_factor = serializers.BooleanField(help_text="They hold a seat or a role that asks for a second factor.")
    roles = GivenRoleSerializer(source="open_roles", many=True)
    seats = serializers.ListField(child=serializers.ChoiceField(choices=Appointment.Seat.choices), source="seats_held")


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
        return AccountSerializer(instance).data

    def to_representation(self, instance: User) -> dict[str, Any]:
        row = super().to_representation(instance)
        asking = self.context["request"].user
        if "email" in row and asking.pk != instance.pk and not asking.has_perm("people.view_user"):
            row["email"] = ""
        return row


class GuestSerializer(serializers.Serializer):
    """Whom to invite; roles are given for `unit` and below."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120)
    unit = Linked("unit", required=False, allow_null=True, help_text="The company where it is left away.")
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=[(role.value, role.label) for role in guest_list.INVITED_TO]),
        required=False,
        max_length=len(roles.PERMISSIONS),
    )
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    time_zone = serializers.CharField(
        max_length=64, required=False, allow_blank=True, validators=[lambda name: check_zone(name) if name else None]
    )


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
            return roll.with_offices(roll.of(user))
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

    @state_change(MAY)
    def invitation(self, instance, validated, actor):
        """A new link to somebody who has not come in yet."""
        invitations.send_again(instance, actor=actor)

    @state_change(MAY)
    def closing(self, instance, validated, actor):
        """No sign-in from now on; sessions and tokens stop at their next request."""
        accounts.close(instance, actor=actor)

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


resources.register("users", UserViewSet)
