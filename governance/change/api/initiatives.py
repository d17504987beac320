"""Initiatives for other systems: what is under way, where it stands, and moving it on through the same gates."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Asset
from governance.change import (
    aims,
    bearing,
    declarations,
    initiative_book,
    initiatives,
    joined,
    patterns,
    sightings,
    stages,
    under_way,
    wanted,
)
from governance.change.declarations import Said
from governance.change.models import DeclaredLine, Initiative, Milestone, SeenAsset, Stage
from governance.change.models.declaration import MOST_OF_A_LINE
from governance.change.wanted import Planned
from portal.errors import Invalid
from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet

READ, CHANGE = "change.view_initiative", "change.change_initiative"
UNDER_WAY = initiative_book.VIEWS["under_way"]


class MilestoneSerializer(serializers.ModelSerializer):
    """A day it promises; confidence in percent."""

    class Meta:
        model = Milestone
        fields = ["id", "title", "due_on", "confidence", "reached_on"]
        read_only_fields = ["id", "reached_on"]


class DeclaredLineSerializer(serializers.ModelSerializer):
    """One kind of thing it adds or changes; an asset is named by itself, and is one."""

    kind = serializers.ChoiceField(
        choices=Asset.Kind.choices, required=False, help_text="Follows from the asset, where one is named."
    )
    count = serializers.IntegerField(min_value=1, max_value=MOST_OF_A_LINE, required=False, default=1)
    asset = Linked("asset", required=False, allow_null=True, default=None)

    class Meta:
        model = DeclaredLine
        fields = ["act", "kind", "zone", "data_classification", "count", "asset"]
        extra_kwargs = {"zone": {"help_text": "As the inventory calls it; OT/ICS devices and networks need one."}}

    def to_representation(self, instance: DeclaredLine) -> dict[str, Any]:
        """An asset that the caller may not open has no id here."""
        shown = super().to_representation(instance)
        return shown if instance.may_open else shown | {"asset": None}


class DeclarationSerializer(serializers.Serializer):
    lines = DeclaredLineSerializer(
        many=True, max_length=declarations.MOST_LINES, help_text="They replace what was declared before."
    )


class InitiativeSerializer(RowSerializer):
    """Money in the organisation's currency."""

    unit = Linked("unit")
    sponsor = Linked("user")
    owner = Linked("user")
    security_lead = Linked("user", required=False, allow_null=True, help_text="Speaks for security, beside the CISO.")
    proposed_by = Linked("user", read_only=True, allow_null=True)
    milestones = MilestoneSerializer(
        many=True,
        required=False,
        max_length=wanted.MOST_MILESTONES,
        help_text="In the order of their days. On a change they replace those that are not reached.",
    )
    declaration = DeclaredLineSerializer(source="standing_lines", many=True, read_only=True, help_text="Written by `declaration/`.")
    risks = serializers.SerializerMethodField(help_text="Those it names that the caller may open; written by `risks/`.")
    goals = serializers.SerializerMethodField(help_text="Shared goals it serves; written by `goals/`.")
    security_joined_at = serializers.DateTimeField(
        source="joined_sealed_at", read_only=True, allow_null=True, help_text="By the seal of the first thing its office did."
    )
    security_answer_days = serializers.SerializerMethodField(
        help_text="Working days from asking security to its first answer; null before either."
    )
    security_counts_as_asked = serializers.SerializerMethodField(
        help_text=f"Asked, and silent for {joined.SILENT_DAYS} working days: that counts as asked in time."
    )
    security_answered_ahead = serializers.BooleanField(
        source="is_answered_ahead", read_only=True, help_text="By an approved pattern, which it had signed."
    )
    status = serializers.ChoiceField(
        choices=Initiative.Status.choices, required=False, help_text="Stopped it is by `stopping` alone, for a reason."
    )

    class Meta:
        model = Initiative
        fields = [
            *("id", "number", "title", "purpose", "kind", "unit", "sponsor", "owner", "security_lead", "stage", "stage_since"),
            *("status", "is_purchase", "reachability", "touches_safety", "budget", "spent", "spent_on", "benefits"),
            *(
                "benefit_per_year",
                "starts_on",
                "live_on",
                "milestones",
                "declaration",
                "declared_at",
                "risks",
                "goals",
                "security_asked_at",
                "security_joined_at",
                "security_answer_days",
                "security_counts_as_asked",
                "security_answered_ahead",
                "proposed_by",
                "proposed_at",
                "stopped_at",
            ),
            *("stopping_reason", "source", "external_id", "archived_at", "version"),
        ]
        read_only_fields = [
            *("number", "stage", "stage_since", "declared_at", "security_asked_at", "proposed_at", "stopped_at", "stopping_reason"),
            *("source", "external_id", "archived_at", "version"),
        ]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_risks(self, initiative: Initiative) -> list[int]:
        return [link.risk_id for link in initiative.named_risks]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_security_answer_days(self, initiative: Initiative) -> int | None:
        return joined.of(initiative).answer_days

    def get_security_counts_as_asked(self, initiative: Initiative) -> bool:
        return joined.of(initiative).counts_as_asked

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_goals(self, initiative: Initiative) -> list[int]:
        may_read = self.context["request"].user.has_perm("together.view_goal")
        return [goal["pk"] for goal in initiative.named_goals] if may_read else []


class StageSerializer(serializers.Serializer):
    to = serializers.ChoiceField(choices=Stage.choices, help_text="The stage after its own.")


class MilestoneReachedSerializer(serializers.Serializer):
    milestone = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of one of its milestones.")
    reached_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="Today where it is left out.")


class StoppingSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=initiatives.LONGEST_REASON)


class PatternUsedSerializer(serializers.Serializer):
    pattern = Linked("pattern")


class RiskNamedSerializer(serializers.Serializer):
    risk = Linked("risk")
    remove = serializers.BooleanField(required=False, default=False)


class GoalNamedSerializer(serializers.Serializer):
    goal = Linked("goal")
    remove = serializers.BooleanField(required=False, default=False)


class UnderWaySerializer(serializers.Serializer):
    """The tile "Change under way": counts of what the caller may open."""

    by_stage = serializers.DictField(child=serializers.IntegerField())
    late = serializers.IntegerField(help_text="Past the day on which they were to be live.")
    at_risk = serializers.IntegerField()
    unasked = serializers.IntegerField(help_text="Out of the idea, and security neither asked nor there.")
    undeclared = serializers.IntegerField(help_text="Things seen that nobody declared.")
    undeclared_in = serializers.IntegerField(help_text="Initiatives that have such things.")
    waits_for_security = serializers.IntegerField(help_text="Gates past the day that security promised.")
    waits_for_security_in = serializers.IntegerField(help_text="Initiatives that have such gates.")
    rows = serializers.CharField(help_text="The page that lists them; with `&stage=` or `&lacks=` those of one number.")


class InitiativeFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", field_name="unit_id")
    owner = LinkedFilter("user", field_name="owner_id")
    sponsor = LinkedFilter("user", field_name="sponsor_id")
    is_under_way = django_filters.BooleanFilter(method="under_way", help_text="Neither live nor stopped.")
    lacks = django_filters.ChoiceFilter(
        choices=[(name, name) for name in under_way.LACKS], method="lacking", help_text="Under way, and this is wanting."
    )

    class Meta:
        model = Initiative
        fields = ["stage", "status", "kind", "source", "external_id"]

    def under_way(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(UNDER_WAY) if value else queryset.exclude(UNDER_WAY)

    def lacking(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(UNDER_WAY, under_way.wanting(organisations.today())[value])


class InitiativeViewSet(WriteSet):
    """What is under way, from the idea to live."""

    kind = "initiative"
    serializer_class = InitiativeSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = InitiativeFilters
    ordering_fields = ("number", "proposed_at", "stage_since")

    def queryset_for(self, user: Any) -> QuerySet:
        return initiative_book.whole(super().queryset_for(user), user)

    def known_parameters(self) -> Sequence[str]:
        return ("unit",) if self.action == "under_way" else super().known_parameters()

    def perform_register(self, validated: Any, actor: Any) -> Initiative:
        said = dict(validated)
        return initiatives.propose(actor=actor, milestones=_planned(said.pop("milestones", ())), **said)

    def perform_change(self, instance: Initiative, validated: Any, actor: Any, version: int) -> Initiative:
        said = dict(validated)
        milestones = _planned(said.pop("milestones")) if "milestones" in said else None
        return initiatives.change(instance, actor=actor, version=version, milestones=milestones, **said)

    @extend_schema(responses=UnderWaySerializer, parameters=[OpenApiParameter("unit", int)])
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[], url_path="under-way")
    def under_way(self, request: Request) -> Response:
        """The numbers of the tile on Today, or of one unit with everything below it."""
        return Response(UnderWaySerializer(under_way.read(request.user, under_way.asked(request.query_params))).data)

    @state_change(CHANGE, request=StageSerializer)
    def stage(self, instance: Initiative, validated: Any, actor: Any) -> Initiative:
        """Move it on to the stage after its own."""
        return stages.advance(instance, validated["to"], actor=actor, version=instance.version)

    @state_change(CHANGE, request=DeclarationSerializer)
    def declaration(self, instance: Initiative, validated: Any, actor: Any) -> Initiative:
        """Say what it adds or changes; it leaves the idea in no other way."""
        return declarations.declare(instance, [_said(one) for one in validated["lines"]], actor=actor, version=instance.version)

    @state_change(CHANGE, request=PatternUsedSerializer)
    def pattern(self, instance: Initiative, validated: Any, actor: Any) -> None:
        """Let an approved pattern answer what its gates ask."""
        patterns.use(instance, validated["pattern"], actor=actor)

    @state_change(CHANGE, request=RiskNamedSerializer)
    def risks(self, instance: Initiative, validated: Any, actor: Any) -> None:
        """Name a risk on it, or take one off."""
        verb = bearing.unlink if validated["remove"] else bearing.link
        verb(instance, validated["risk"], actor=actor)

    @state_change(CHANGE, request=GoalNamedSerializer)
    def goals(self, instance: Initiative, validated: Any, actor: Any) -> None:
        """Name a shared goal that it serves, or take one off."""
        verb = aims.leave if validated["remove"] else aims.serve
        verb(instance, validated["goal"], actor=actor)

    @state_change(CHANGE, request=MilestoneReachedSerializer)
    def milestone(self, instance: Initiative, validated: Any, actor: Any) -> None:
        """Note that one of its milestones was reached."""
        found = instance.milestones.filter(pk=validated["milestone"]).first()
        if found is None:
            raise Invalid(_("This is not complete."), {"milestone": [_("Name a milestone of this initiative.")]})
        initiatives.reach(found, actor=actor, reached_on=validated["reached_on"])

    @state_change(CHANGE, request=StoppingSerializer)
    def stopping(self, instance: Initiative, validated: Any, actor: Any) -> Initiative:
        """Give it up, for a reason."""
        return initiatives.stop(instance, actor=actor, **validated)


def _planned(told: Any) -> list[Planned]:
    return [Planned(one["title"], one["due_on"], one["confidence"]) for one in told]


def _said(told: Any) -> Said:
    asset = told["asset"]
    kind = asset.kind if asset is not None else told.get("kind", "")
    return Said(told["act"], kind, told["data_classification"], told["count"], told.get("zone", ""), asset)


class SeenAssetSerializer(RowSerializer):
    """An asset that came where an initiative is at work, and what both offices say of it."""

    initiative = Linked("initiative", read_only=True)
    asset = Linked("asset", read_only=True)

    class Meta:
        model = SeenAsset
        fields = [
            *("id", "initiative", "asset", "state", "seen_at", "it_answer", "it_at", "security_answer", "security_at"),
            *("settled_at", "version"),
        ]
        read_only_fields = fields


class SeenAnswerSerializer(serializers.Serializer):
    answer = serializers.ChoiceField(choices=SeenAsset.Answer.choices)


class SeenAssetFilters(django_filters.FilterSet):
    initiative = LinkedFilter("initiative", field_name="initiative_id", help_text="An id, or a number such as I-0009.")

    class Meta:
        model = SeenAsset
        fields = ["state"]


class SeenAssetViewSet(ReadSet):
    """What was seen of initiatives: as declared, or a question to both offices."""

    kind = "seen-asset"
    serializer_class = SeenAssetSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = SeenAssetFilters
    lookup_value_regex = "[0-9]{1,18}"

    @state_change(CHANGE, request=SeenAnswerSerializer)
    def answer(self, instance: SeenAsset, validated: Any, actor: Any) -> SeenAsset:
        """Say for one's office whether it belongs to the initiative."""
        return sightings.answer(instance, validated["answer"], actor=actor)


resources.register("seen-assets", SeenAssetViewSet)
resources.register("initiatives", InitiativeViewSet)
