"""What somebody holds: looked at before it is handed over at the pages."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.people import leaving
from portal.people.holdings import Way
from portal.web.api.door import Door
from portal.web.api.fields import by_id_or_number
from portal.web.api.router import resources


class HeldRowSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    label = serializers.CharField()
    url = serializers.CharField(help_text="Its page; empty where it has none.")


class HeldSerializer(serializers.Serializer):
    """One kind of thing that they hold."""

    key = serializers.CharField(source="group.key")
    label = serializers.CharField(source="group.label")
    way = serializers.ChoiceField(choices=[(way.value, way.value) for way in Way], source="group.way")
    note = serializers.CharField(source="group.word", help_text="What becomes of it, in a sentence; may be empty.")
    count = serializers.IntegerField()
    rows = HeldRowSerializer(many=True, help_text="The first of those you may open.")
    hidden = serializers.IntegerField(help_text="How many you may not open.")
    kept_back = serializers.CharField(help_text="What becomes of those, where it is something else; may be empty.")


class HoldingsSerializer(serializers.Serializer):
    """Everything a hand-over would pass on."""

    person = serializers.IntegerField()
    held = HeldSerializer(many=True)
    obstacles = serializers.ListField(child=serializers.CharField(), help_text="What must be settled before they can leave.")
    state = serializers.CharField(help_text="A digest of all of it: another one means that something changed.")


class HoldingsViewSet(Door, ViewSet):
    """What people hold whose leaving the caller may arrange."""

    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(responses=HoldingsSerializer, operation_id="holdings_retrieve")
    def retrieve(self, request: Request, pk: str) -> Response:
        """What a hand-over would pass on; handing over takes a person at the pages."""
        person = by_id_or_number(leaving.people_for(request.user), pk)
        if person is None:
            raise Http404
        found = leaving.preview(person, request.user)
        told = {"person": person.pk, "held": found.held, "obstacles": found.obstacles, "state": found.state}
        return Response(HoldingsSerializer(told).data)


resources.register("holdings", HoldingsViewSet)
