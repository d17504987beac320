"""`/api/v1/crown-jewels/`: what matters most, what carries it, and what could happen to any of it."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.errors import Invalid
from portal.web.api.door import Door
from portal.web.api.router import resources
from risks import crown_jewels


class JewelSerializer(serializers.Serializer):
    """An asset judged at the level asked for, or above, in its own right."""

    asset = serializers.IntegerField(source="asset.pk")
    name = serializers.CharField(source="asset.name")
    owner = serializers.IntegerField(source="asset.owner_id", allow_null=True)
    own_level = serializers.IntegerField()
    aspects = serializers.ListField(child=serializers.CharField(), help_text="In which it has that level.")
    carrier_count = serializers.IntegerField(help_text="How many assets carry it.")
    depth = serializers.IntegerField(help_text="Over how many steps.")
    risk_count = serializers.IntegerField(help_text="Open risks of it and of what carries it.")
    worst_risk = serializers.IntegerField(source="worst.pk", default=None, allow_null=True)
    worst_score = serializers.DecimalField(max_digits=5, decimal_places=1, coerce_to_string=True, allow_null=True)


class JewelsSerializer(serializers.Serializer):
    results = JewelSerializer(many=True, source="rows")
    level = serializers.IntegerField()
    total = serializers.IntegerField(help_text="At most 50 of them are shown.")
    leaves_out = serializers.BooleanField(help_text="True where there are risks that you may not open, which no count holds.")
    is_whole = serializers.BooleanField(help_text="False where more carries them than can be walked at once.")


class CrownJewelViewSet(Door, ViewSet):
    """What matters most."""

    permission = "assets.view_asset"
    parameters = ("level",)

    @extend_schema(
        responses=JewelsSerializer(many=False),
        operation_id="crown_jewels_retrieve",
        parameters=[OpenApiParameter("level", int, enum=[4, 5], description="Judged at this level or above; 5 if left out.")],
    )
    def list(self, request: Request) -> Response:
        """The assets judged highest in their own right."""
        told = request.query_params.get("level", "5")
        if told not in ("4", "5"):
            raise Invalid(_("The question is not valid."), {"level": [_("Say 4 or 5.")]})
        level = int(told)
        return Response(JewelsSerializer(crown_jewels.read(request.user, level=level)).data)


resources.register("crown-jewels", CrownJewelViewSet)
