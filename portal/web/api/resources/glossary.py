"""`/api/v1/glossary/`: the words of the house, as the portal uses them."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.web.api.door import Door
from portal.web.api.router import resources
from portal.web.glossary import TERMS


class WordOfTheHouseSerializer(serializers.Serializer):
    key = serializers.CharField()
    word = serializers.CharField()
    means = serializers.CharField()
    instead = serializers.ListField(child=serializers.CharField(), help_text="Words that are not said for it.")


class GlossarySerializer(serializers.Serializer):
    results = WordOfTheHouseSerializer(many=True)


class GlossaryViewSet(Door, ViewSet):
    """What each word means here, and what nobody says instead."""

    @extend_schema(responses=GlossarySerializer(many=False), operation_id="glossary_retrieve")
    def list(self, request: Request) -> Response:
        """Every word of the house."""
        return Response(GlossarySerializer({"results": TERMS}).data)


resources.register("glossary", GlossaryViewSet)
