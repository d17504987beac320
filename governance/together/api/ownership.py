"""Who leads what: areas of the charter in force, charters, and what offices would like. Signing is in `signature-requests`."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.together import ownership, ownership_faults
from governance.together.models import Charter, Office, OwnershipArea, OwnershipWish, Part
from governance.together.ownership import LONGEST_ABOUT, LONGEST_NAME, LONGEST_TEXT, Area, Words
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet
from risks.models import Risk

READ, PROPOSE = "together.view_decision", "together.propose_charter"
OFFICES = [office.lower() for office in Office.values]


class OwnershipAreaSerializer(RowSerializer):
    """A subject that somebody leads. Each office has a letter: A answers for it, R does it, C is asked before, I is told after."""

    charter = Linked("charter", read_only=True)
    accountable = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="One office where all is well.")

    class Meta:
        model = OwnershipArea
        fields = ["id", "charter", "place", "key", "name", "about", *OFFICES, "risk_categories", "accountable"]
        read_only_fields = fields


class FaultRowSerializer(serializers.Serializer):
    label = serializers.CharField()
    kind = serializers.CharField()
    id = serializers.IntegerField(source="pk")


class FaultSerializer(serializers.Serializer):
    """One place where leading is not clear, as far as the caller may see it."""

    kind = serializers.CharField(
        help_text="`nobody` or `two` answer for an area, `outside` it, `unowned`, or `unled`: in no area that one office leads."
    )
    area = serializers.CharField(help_text="The key of an area; empty where it is about none.")
    sentence = serializers.CharField()
    count = serializers.IntegerField()
    rows = FaultRowSerializer(many=True, help_text="The first of them.")


class FaultsSerializer(serializers.Serializer):
    """Every fault that the caller may see."""

    faults = FaultSerializer(many=True)


class OwnershipAreaFilters(django_filters.FilterSet):
    class Meta:
        model = OwnershipArea
        fields = ["key", *OFFICES]


class OwnershipAreaViewSet(ReadSet):
    """The areas of the charter in force, in its order."""

    permission = READ
    serializer_class = OwnershipAreaSerializer
    filterset_class = OwnershipAreaFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return OwnershipArea.objects.visible_to(user).in_force()

    @extend_schema(responses=FaultsSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def faults(self, request: Request) -> Response:
        """Where leading is not clear, found anew each time it is asked."""
        areas = ownership_faults.charter_areas(ownership.in_force())
        return Response(FaultsSerializer({"faults": ownership_faults.of(areas, request.user)}).data)


class AreaSerializer(serializers.Serializer):
    """One line of a charter."""

    key = serializers.SlugField(
        max_length=60, required=False, allow_blank=True, default="", help_text="Keeps it from edition to edition."
    )
    name = serializers.CharField(max_length=LONGEST_NAME)
    about = serializers.CharField(max_length=LONGEST_ABOUT, required=False, allow_blank=True, default="")
    risk_categories = serializers.ListField(
        child=serializers.ChoiceField(choices=Risk.Category.choices), required=False, default=list
    )

    def get_fields(self) -> dict[str, Any]:
        letters = {
            name: serializers.ChoiceField(choices=Part.choices, required=False, allow_blank=True, default="") for name in OFFICES
        }
        return super().get_fields() | letters


class CharterSerializer(RowSerializer):
    areas = AreaSerializer(many=True)
    proposed_by = Linked("user", read_only=True)

    class Meta:
        model = Charter
        fields = [
            "id",
            "areas",
            "who_decides",
            "speakers",
            "key_messages",
            "reason",
            "proposed_by",
            "proposed_at",
            "signed_at",
            "version",
        ]
        read_only_fields = ["proposed_at", "signed_at", "version"]
        extra_kwargs = {name: {"max_length": LONGEST_TEXT} for name in ("who_decides", "speakers", "key_messages", "reason")}


class CharterViewSet(RegisterSet):
    """Editions of the charter, newest first; one is in force once CIO and CISO have signed it, until the next one is."""

    kind = "charter"
    permission, write_permission = READ, PROPOSE
    serializer_class = CharterSerializer
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is proposed at a time

    def perform_register(self, validated: Any, actor: Any) -> Charter:
        areas = [
            Area(
                one["name"],
                {office: one[office.lower()] for office in Office.values},
                one["about"],
                tuple(one["risk_categories"]),
                one["key"],
            )
            for one in validated["areas"]
        ]
        words = Words(**{name: validated.get(name, "") for name in ("who_decides", "speakers", "key_messages", "reason")})
        return ownership.propose(areas, words, actor=actor)

    @state_change(PROPOSE)
    def withdrawal(self, instance: Charter, validated: Any, actor: Any) -> Charter:
        """Take a proposed charter back."""
        return ownership.withdraw(instance, actor=actor)


class OwnershipWishSerializer(RowSerializer):
    stated_by = Linked("user", read_only=True)

    class Meta:
        model = OwnershipWish
        fields = ["id", "area_key", "office", "stance", "stated_by", "stated_at"]
        read_only_fields = ["stated_at"]


class OwnershipWishFilters(django_filters.FilterSet):
    class Meta:
        model = OwnershipWish
        fields = ["area_key", "office", "stance"]


class OwnershipWishViewSet(RegisterSet):
    """What offices said about leading an area, newest first; the last word of an office on an area counts."""

    permission, write_permission = READ, "together.state_wish"
    serializer_class = OwnershipWishSerializer
    filterset_class = OwnershipWishFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # a wish is said by a person, one at a time

    def queryset_for(self, user: Any) -> QuerySet:
        return OwnershipWish.objects.visible_to(user)

    def perform_register(self, validated: Any, actor: Any) -> OwnershipWish:
        return ownership.wish(validated["area_key"], validated["stance"], office=validated["office"], actor=actor)


resources.register("ownership-areas", OwnershipAreaViewSet)
resources.register("charters", CharterViewSet)
resources.register("ownership-wishes", OwnershipWishViewSet)
