"""Groups and the roles that follow from them, by program."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.sign_on import role_rules
from portal.sign_on.models import RoleRule
from portal.sign_on.models.identity_provider import MAY
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class RoleRuleSerializer(RowSerializer):
    role = serializers.ChoiceField(choices=role_rules.BY_GROUP)
    unit = Linked("unit")

    class Meta:
        model = RoleRule
        fields = ["id", "group", "role", "unit", "made_at", "archived_at"]
        read_only_fields = ["made_at", "archived_at"]


class RoleRuleViewSet(ReadSet):
    """Whoever is in a group of the provider or the directory acts in a role for a unit."""

    kind = "role-rule"
    serializer_class = RoleRuleSerializer
    permission, write_permission = MAY, MAY
    ordering_fields = ("made_at",)

    @extend_schema(request=RoleRuleSerializer, responses={201: RoleRuleSerializer})
    def create(self, request: Request) -> Response:
        """Make a rule; 409 where it is there."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rule = role_rules.add(actor=request.user, **asked.validated_data)
        return Response(self.get_serializer(rule).data, status=201, headers={"Location": f"{request.path}{rule.pk}/"})

    @state_change(MAY)
    def ending(self, instance: RoleRule, validated: Any, actor: Any) -> RoleRule:
        """The group gives this role no more."""
        return role_rules.end(instance, actor=actor)


resources.register("role-rules", RoleRuleViewSet)
