"""Decisions: asked, put, answered, settled. Positions and arbitration take a session with a fresh second factor, never a token."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.together import decisions, foundation, positions, seating, wanted
from governance.together.api.trade_offs import TradeOffActions
from governance.together.conditions import LONGEST, Wanted
from governance.together.models import Decision, DecisionLink, DecisionOption, Position
from governance.together.wanted import Option
from portal import subjects
from portal.people import freshness
from portal.signing import signatures
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer, by_id_or_number
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet

READ, ASK = "together.view_decision", "together.ask_decision"
OPTION_FIELDS = ("title", "description", "cost", "ready_on", "residual_loss_per_year", "earliest_on", "latest_on", "conditions")


class OptionSerializer(serializers.ModelSerializer):
    """One way to answer; its letter follows from its place. Money in the organisation's currency."""

    class Meta:
        model = DecisionOption
        fields = ["letter", *OPTION_FIELDS]
        read_only_fields = ["letter"]
        extra_kwargs = {
            "ready_on": {"help_text": "The likely day."},
            "earliest_on": {"help_text": "In one case of ten it is ready before."},
            "latest_on": {"help_text": "In one case of ten it is ready after."},
            "conditions": {"help_text": "One a line; steps with a day once it is decided."},
        }


class NamedSerializer(serializers.Serializer):
    """Something the decision rests on, and how a risk stood when the seats were asked."""

    kind = serializers.ChoiceField(choices=[(one, one) for one in foundation.NAMED])
    id = serializers.IntegerField(help_text="A number such as R-0007 is understood too.")
    band = serializers.CharField(read_only=True)
    is_above_tolerance = serializers.BooleanField(read_only=True, allow_null=True)


@extend_schema_field(NamedSerializer(many=True))
class NamedField(serializers.Field):
    """A list of {"kind", "id"}; what the caller may not see is left out of answers, and does not exist in questions."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError(_("Give a list of things, each with kind and id."))
        return [self._thing(one) for one in data]

    def _thing(self, told: Any) -> Any:
        kind = told.get("kind") if isinstance(told, dict) else None
        if kind not in foundation.NAMED or isinstance(told.get("id"), bool) or not isinstance(told.get("id"), (int, str)):
            raise serializers.ValidationError(_("Name a kind (risk, asset, exception, treatment, control) and an id or number."))
        found = by_id_or_number(subjects.of_kind(kind).visible_to(self.context["request"].user), told["id"])
        if found is None:
            raise serializers.ValidationError(_("There is no such row that you may open."))
        return found

    def get_attribute(self, instance: Decision) -> list[DecisionLink]:
        seen = self.context.setdefault("seen_things", {})
        links = [link for row in self._page(instance) for link in row.links.all()]
        if missing := [link.key for link in links if link.key not in seen]:
            found = subjects.fetch(missing, self.context["request"].user)
            seen.update({key: key in found for key in missing})
        return [link for link in instance.links.all() if seen[link.key]]

    def _page(self, instance: Decision) -> list[Decision]:
        """The whole page at once, so that a list asks one question a kind."""
        whole = self.root.instance if isinstance(self.root, serializers.ListSerializer) else None
        return list(whole) if whole is not None else [instance]

    def to_representation(self, value: list[DecisionLink]) -> list[dict[str, Any]]:
        return [
            {"kind": one.subject_kind, "id": one.subject_id, "band": one.band, "is_above_tolerance": one.is_above_tolerance}
            for one in value
        ]


class PositionSerializer(serializers.ModelSerializer):
    """What an office said; `signature` is its answer, with who, when and over which content."""

    signature = serializers.IntegerField(source="signature_id")
    office = serializers.CharField(source="signature.office")
    taken_at = serializers.DateTimeField(source="signature.signed_at")

    class Meta:
        model = Position
        fields = [
            *("signature", "office", "stance", "reason", "would_change_my_mind"),
            *("preferred_option", "deferred_subject", "taken_at"),
        ]


class DecisionSerializer(RowSerializer):
    unit = Linked("unit")
    asked_by = Linked("user", read_only=True)
    options = OptionSerializer(many=True, max_length=len(wanted.LETTERS), help_text="What one may do; two to six.")
    rests_on = NamedField(required=False, help_text="What it is about. When a risk of these moves, it is asked anew.")
    positions = PositionSerializer(many=True, read_only=True, help_text="All that was ever said; dissent is never left out.")

    class Meta:
        model = Decision
        fields = [
            *("id", "number", "title", "question", "context", "unit", "touches_safety", "is_confidential", "is_privileged"),
            *("options", "proposed_option", "rests_on", "decide_by", "delay_cost_per_month"),
            *("state", "outcome", "positions", "asked_by", "asked_at"),
            *("opened_at", "talk_asked_at", "differs_since", "escalated_at", "arbitrated_at", "arbiter_reason", "decided_at"),
            *("stale_since", "confirmed_at", "version"),
        ]
        read_only_fields = [
            *(
                "number",
                "is_privileged",
                "state",
                "outcome",
                "asked_at",
                "opened_at",
                "talk_asked_at",
                "differs_since",
                "escalated_at",
            ),
            *("arbitrated_at", "arbiter_reason", "decided_at", "stale_since", "confirmed_at", "version"),
        ]


class SeatsSerializer(serializers.Serializer):
    """Which offices must sign it as it stands, by the table of authority."""

    slots = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Each is signed by one of its offices."
    )
    because = serializers.ListField(child=serializers.CharField())
    band = serializers.CharField(allow_null=True, help_text="The highest of the risks it names.")
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=2, allow_null=True, help_text="Its cost or the loss that remains, whichever is more."
    )


class DecisionReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=wanted.LONGEST_TEXT)


class PrivilegeSerializer(serializers.Serializer):
    is_privileged = serializers.BooleanField()


class WantedSerializer(serializers.Serializer):
    """A condition of an agreement."""

    text = serializers.CharField(max_length=LONGEST)
    owner = Linked("user", required=False, allow_null=True, default=None)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class PositionTakenSerializer(serializers.Serializer):
    """An answer binds to what was read: the digest of the signature request."""

    digest = serializers.RegexField(r"^[0-9a-f]{64}$", help_text="The digest of the signature request as it was read.")
    stance = serializers.ChoiceField(choices=Position.Stance.choices)
    office = serializers.CharField(max_length=8, required=False, help_text="Where one fills several that are asked.")
    reason = serializers.CharField(max_length=signatures.LONGEST_REASON, required=False, allow_blank=True)
    would_change_my_mind = serializers.CharField(max_length=signatures.LONGEST_REASON, required=False, allow_blank=True)
    preferred_option = serializers.CharField(max_length=1, required=False, allow_blank=True)
    deferred_subject = serializers.CharField(max_length=wanted.LONGEST_TITLE, required=False, allow_blank=True)
    conditions = WantedSerializer(
        many=True, required=False, help_text="All that your office asks for; left out, what it asked for stands. What is met stays."
    )


class ArbitrationSerializer(serializers.Serializer):
    digest = serializers.RegexField(r"^[0-9a-f]{64}$", help_text="The digest of the signature request as it was read.")
    option = serializers.CharField(max_length=1)
    reason = serializers.CharField(max_length=signatures.LONGEST_REASON)


class DecisionFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", field_name="unit_id")
    asked_by = LinkedFilter("user", field_name="asked_by_id")
    risk = LinkedFilter("risk", method="about_risk", help_text="About this risk: an id, or a number such as R-0007.")
    is_stale = django_filters.BooleanFilter(field_name="stale_since", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Decision
        fields = ["state", "outcome", "touches_safety"]

    def about_risk(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        return queryset.filter(pk__in=foundation.naming("risk", value))


class DecisionViewSet(TradeOffActions, WriteSet):
    """Questions to both leaders: asked here, in force once every seat has signed the option asked for, dissent kept."""

    kind = "decision"
    permission, write_permission = READ, ASK
    serializer_class = DecisionSerializer
    filterset_class = DecisionFilters
    ordering_fields = ["number", "asked_at"]
    by_external_id = None  # a question is asked by people, not kept by another system

    def queryset_for(self, user: Any) -> QuerySet:
        return Decision.objects.visible_to(user).current().whole()

    def perform_register(self, validated: Any, actor: Any) -> Decision:
        said = dict(validated)
        return decisions.ask(actor=actor, options=_options(said.pop("options")), rests_on=said.pop("rests_on", ()), **said)

    def perform_change(self, instance: Decision, validated: Any, actor: Any, version: int) -> Decision:
        said = dict(validated)
        options = _options(said.pop("options")) if "options" in said else None
        rests_on = said.pop("rests_on", None)
        return decisions.change(instance, actor=actor, version=version, options=options, rests_on=rests_on, **said)

    @extend_schema(responses=SeatsSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def seats(self, request: Request, pk: str) -> Response:
        """Who must sign it, and why; also before anybody is asked."""
        needed = seating.of(self.get_object())
        told = {"slots": needed.slots, "because": seating.because(needed), "band": needed.band, "amount": needed.amount}
        return Response(SeatsSerializer(told).data)

    @state_change(ASK)
    def putting(self, instance: Decision, validated: Any, actor: Any) -> Decision:
        """Put a draft to the seats."""
        return decisions.put(instance, actor=actor)

    @state_change(ASK, request=DecisionReasonSerializer)
    def withdrawal(self, instance: Decision, validated: Any, actor: Any) -> Decision:
        """Take it back before it is settled, for a reason."""
        return decisions.withdraw(instance, actor=actor, **validated)

    @state_change(signatures.SIGN)
    def talk(self, instance: Decision, validated: Any, actor: Any) -> Decision:
        """Put it on the pair's agenda instead of answering it now."""
        return decisions.talk(instance, actor=actor)

    @state_change("together.mark_privileged", request=PrivilegeSerializer)
    def privilege(self, instance: Decision, validated: Any, actor: Any) -> Decision:
        """Counsel closes it to all but the seats and counsel, or opens it again."""
        return decisions.mark_privileged(instance, validated["is_privileged"], actor=actor)

    @state_change(signatures.SIGN, request=PositionTakenSerializer, session=True, tries=False)
    def position(self, instance: Decision, validated: Any, actor: Any) -> None:
        """Answer for one's office."""
        said = dict(validated)
        told = said.pop("conditions", None)
        told = told and [Wanted(one["text"].strip(), one["owner"], one["due_on"]) for one in told]
        positions.take(instance, said.pop("stance"), actor=actor, factor_at=freshness.given_at(self.request), told=told, **said)

    @state_change("together.arbitrate", request=ArbitrationSerializer, session=True, tries=False)
    def arbitration(self, instance: Decision, validated: Any, actor: Any) -> None:
        """The arbiter settles what the two left open."""
        positions.arbitrate(instance, actor=actor, factor_at=freshness.given_at(self.request), **validated)


def _options(told: Any) -> list[Option]:
    return [Option(**{name: one[name] for name in OPTION_FIELDS if name in one}) for one in told]


resources.register("decisions", DecisionViewSet)
