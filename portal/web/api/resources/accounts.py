"""How accounts are written out: for administrators, and for whom they belong to."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from rest_framework import serializers

from portal.people import dossier, guest_list, roles, roll, service_accounts, tokens
from portal.people.models import Appointment, Invitation, RoleAssignment, ServiceToken, User
from portal.people.models.organisation import check_zone
from portal.web.api.fields import Linked


class GivenRoleSerializer(serializers.ModelSerializer):
    unit = serializers.IntegerField(source="unit_id")

    class Meta:
        model = RoleAssignment
        fields = ["role", "unit"]


class InvitationSerializer(serializers.ModelSerializer):
    """The newest link they were sent: to come in, or to add a second factor."""

    state = serializers.ChoiceField(choices=Invitation.State.choices, source="standing")
    invited_by = Linked("user", read_only=True, allow_null=True, help_text="Null: the portal itself.")

    class Meta:
        model = Invitation
        fields = ["purpose", "state", "invited_by", "created_at", "sent_at", "expires_at", "accepted_at", "used_at", "revoked_at"]


class AccountSerializer(serializers.Serializer):
    """How an account stands."""

    standing = serializers.ChoiceField(choices=[(word, word) for word in roll.STANDINGS])
    last_sign_in_at = serializers.DateTimeField(source="last_login", allow_null=True)
    has_app = serializers.BooleanField(help_text="An authenticator app is a second factor of theirs.")
    has_passkey = serializers.BooleanField()
    needs_factor = serializers.BooleanField(help_text="They need a second factor: for a seat or a role, or as everybody does.")
    roles = GivenRoleSerializer(source="open_roles", many=True)
    seats = serializers.ListField(child=serializers.ChoiceField(choices=Appointment.Seat.choices), source="seats_held")
    invitation = InvitationSerializer(source="newest_invitation", allow_null=True)


class TokenSerializer(serializers.ModelSerializer):
    """A token of a service account; its secret is told when it is issued, and never again."""

    standing = serializers.ChoiceField(choices=[(word, word) for word in service_accounts.STANDINGS], read_only=True)
    scopes = serializers.ListField(child=serializers.CharField(max_length=60), help_text="Like risks:read.")
    allowed_addresses = serializers.ListField(child=serializers.CharField(max_length=49), help_text="Networks; empty: any.")
    created_by = Linked("user", read_only=True, allow_null=True, help_text="Null: a command.")

    class Meta:
        model = ServiceToken
        fields = ["id", "name", "prefix", "standing", "scopes", "allowed_addresses", "created_by", "created_at", "expires_at"]
        fields += ["last_used_at", "last_used_from", "revoked_at"]
        read_only_fields = fields


class TokensSerializer(serializers.Serializer):
    tokens = TokenSerializer(many=True, help_text="Newest first, at most 50.")


class IssuedTokenSerializer(TokenSerializer):
    """With its secret, told this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class TokenWishSerializer(serializers.Serializer):
    """What a token is for, and what it may do."""

    name = serializers.CharField(max_length=120)
    scopes = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=200)
    days = serializers.IntegerField(min_value=1, max_value=tokens.MOST_DAYS, default=90)
    allowed_addresses = serializers.ListField(
        child=serializers.CharField(max_length=49), required=False, default=list, max_length=50
    )


class AccountClosingSerializer(serializers.Serializer):
    leave_behind = serializers.BooleanField(
        default=False, help_text="Close it although things wait for somebody in their place; other administrators are told."
    )


class TokenNamedSerializer(serializers.Serializer):
    token = serializers.IntegerField(help_text="The id of a token of this account.")


class ServiceAccountSerializer(serializers.Serializer):
    """A program that comes in by tokens, for `unit` and below."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120)
    unit = Linked("unit")


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


class GuestListSerializer(serializers.Serializer):
    text = serializers.CharField(
        max_length=guest_list.LARGEST_BYTES,
        trim_whitespace=False,
        help_text="As a spreadsheet exports it; the first line names the columns: email, name, unit, roles, language, time_zone.",
    )


class InvitedSerializer(serializers.Serializer):
    """Whom a list brought in, and who of it was here already."""

    invited = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of the new users.")
    known = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of those who had an account; nothing was sent.")


class ProfileSerializer(serializers.Serializer):
    """What somebody says of themselves."""

    name = serializers.CharField(max_length=120)
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    time_zone = serializers.CharField(max_length=64, allow_blank=True, help_text="Empty: the organisation's.")
    single_keys = serializers.BooleanField(help_text="Whether keys without Ctrl do something.")


class FactorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Authenticator
        fields = ["type", "created_at", "last_used_at"]


class OwnAccountSerializer(ProfileSerializer):
    """The caller's own account."""

    id = serializers.IntegerField()
    email = serializers.CharField()
    unit = serializers.IntegerField(source="unit_id", allow_null=True)
    reports_to = serializers.IntegerField(source="reports_to_id", allow_null=True)
    roles = GivenRoleSerializer(many=True)
    seats = serializers.ListField(child=serializers.ChoiceField(choices=Appointment.Seat.choices))
    substitute_for = serializers.ListField(child=serializers.ChoiceField(choices=Appointment.Seat.choices))
    factors = FactorSerializer(many=True, help_text="Kinds and days, never secrets.")
    needs_factor = serializers.BooleanField()
    has_factor = serializers.BooleanField()


def own(user: User) -> dict[str, Any]:
    """What OwnAccountSerializer writes out."""
    mine = dossier.of(user)
    said = {name: getattr(user, name) for name in ("id", "name", "email", "language", "time_zone", "single_keys", "unit_id")}
    said["reports_to_id"] = user.reports_to_id
    seats = [one.seat for one in mine.appointments if one.holder_id == user.pk]
    stands_in = [one.seat for one in mine.appointments if one.substitute_id == user.pk]
    factors = {"factors": mine.factors, "needs_factor": mine.needs_factor, "has_factor": mine.has_factor}
    return said | factors | {"roles": mine.roles, "seats": seats, "substitute_for": stands_in}
