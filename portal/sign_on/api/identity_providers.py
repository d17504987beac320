"""Identity providers by program: add, change, check, start, stop, end. Their secrets are taken and never given."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.sign_on import providers
from portal.sign_on.models import IdentityProvider
from portal.sign_on.models.identity_provider import MAY
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources

KEPT = ["last_used_at", "checked_at", "check_result", "started_at", "created_at", "archived_at", "is_required"]


class CheckedStepSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="description, issuer, endpoints, pkce or keys.")
    went_well = serializers.BooleanField()
    detail = serializers.CharField(help_text="What the provider said, or the kind of failure.")


class IdentityProviderSerializer(RowSerializer):
    unit = Linked("unit", required=False, allow_null=True, help_text="Where new accounts belong.")
    check_result = serializers.SerializerMethodField(help_text="What the last check found, step by step.")
    secret = serializers.CharField(write_only=True, max_length=400)

    class Meta:
        model = IdentityProvider
        fields = [
            *("id", "key", "name", "issuer", "client_id", "secret", "groups_claim", "proves_addresses", "makes_accounts", "unit"),
            *KEPT,
        ]
        read_only_fields = KEPT

    @extend_schema_field(CheckedStepSerializer(many=True))
    def get_check_result(self, one: IdentityProvider) -> list[dict[str, Any]]:
        return [{"name": name, "went_well": well, "detail": said} for name, well, said in one.check_result]


class ChangedProviderSerializer(serializers.Serializer):
    """What is left out stays; so does the secret."""

    name = serializers.CharField(required=False, max_length=80)
    issuer = serializers.CharField(required=False, max_length=500)
    client_id = serializers.CharField(required=False, max_length=200)
    secret = serializers.CharField(required=False, max_length=400)
    groups_claim = serializers.CharField(required=False, max_length=80)
    proves_addresses = serializers.BooleanField(required=False)
    makes_accounts = serializers.BooleanField(required=False)
    unit = Linked("unit", required=False, allow_null=True)
    is_required = serializers.BooleanField(
        required=False, help_text="People sign in by it alone; administrators keep their password."
    )


class IdentityProviderViewSet(ReadSet):
    """Servers that say who somebody is (OpenID Connect)."""

    kind = "identity-provider"
    serializer_class = IdentityProviderSerializer
    permission, write_permission = MAY, MAY
    ordering_fields = ("created_at",)

    @extend_schema(request=IdentityProviderSerializer, responses={201: IdentityProviderSerializer})
    def create(self, request: Request) -> Response:
        """Add one that nobody comes in by yet."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        one = providers.add(actor=request.user, **asked.validated_data)
        return Response(self.get_serializer(one).data, status=201, headers={"Location": f"{request.path}{one.pk}/"})

    @state_change(MAY, request=ChangedProviderSerializer)
    def change(self, instance: IdentityProvider, validated: Any, actor: Any) -> IdentityProvider:
        """Change what is named."""
        return providers.change(instance, actor=actor, **validated)

    @state_change(MAY, tries=False)
    def checking(self, instance: IdentityProvider, validated: Any, actor: Any) -> IdentityProvider:
        """Ask the provider who it is."""
        return providers.check(instance, actor=actor)

    @state_change(MAY)
    def starting(self, instance: IdentityProvider, validated: Any, actor: Any) -> IdentityProvider:
        """Show it where people sign in."""
        return providers.start(instance, actor=actor)

    @state_change(MAY)
    def stopping(self, instance: IdentityProvider, validated: Any, actor: Any) -> IdentityProvider:
        """Nobody comes in by it until it is started again."""
        return providers.stop(instance, actor=actor)

    @state_change(MAY)
    def ending(self, instance: IdentityProvider, validated: Any, actor: Any) -> IdentityProvider:
        """For good; its secret is gone."""
        return providers.end(instance, actor=actor)


resources.register("identity-providers", IdentityProviderViewSet)
