"""Gates and approved patterns: how each gate stands, on whom it waits, and what is done at it."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.change import gate_page, gates, pattern_book, patterns, waivers
from governance.change.models import Criterion, Gate, Pattern, Stage
from governance.change.pattern_book import Speed
from portal.errors import Invalid
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet
from risks.models import Office, RiskException

READ, CHANGE = "change.view_initiative", "change.change_initiative"
STATES = [(one, one) for one in (gate_page.MET, gate_page.WAIVED, gate_page.OPEN, gate_page.DROPPED)]


class CriterionSerializer(serializers.Serializer):
    """One question of a gate. MET: both offices say so; WAIVED: an exception is in force; DROPPED: security asks it no more."""

    id = serializers.IntegerField(source="criterion.pk")
    key = serializers.CharField(source="criterion.asks.key")
    question = serializers.CharField(source="criterion.asks.question")
    evidence = serializers.CharField(source="criterion.asks.evidence", help_text="What shows it.")
    template = serializers.CharField(source="criterion.asks.template.key")
    edition = serializers.IntegerField(source="criterion.asks.template.edition", help_text="Kept once a newer one is in force.")
    newest_edition = serializers.IntegerField(source="criterion.newest", help_text="By which gates are set up today.")
    office = serializers.ChoiceField(source="criterion.asks.office", choices=Office.choices)
    is_mandatory = serializers.BooleanField(source="criterion.asks.is_mandatory")
    state = serializers.ChoiceField(choices=STATES)
    waits_for = serializers.ChoiceField(choices=Office.choices, allow_null=True)
    waits_since = serializers.DateTimeField(source="since", allow_null=True)
    takes_answer = serializers.BooleanField(help_text="After the gate was passed only what is waived, or open since.")
    carried_from = serializers.ChoiceField(
        choices=Stage.choices, allow_null=True, help_text="Its gate was passed before the initiative grew so that this is asked."
    )
    waived_until = serializers.DateField(source="until", allow_null=True)
    it_answer = serializers.ChoiceField(source="criterion.it_answer", choices=Criterion.Answer.choices, allow_blank=True)
    it_note = serializers.CharField(source="criterion.it_note")
    it_at = serializers.DateTimeField(source="criterion.it_at", allow_null=True)
    security_answer = serializers.ChoiceField(
        source="criterion.security_answer", choices=Criterion.Answer.choices, allow_blank=True
    )
    security_note = serializers.CharField(source="criterion.security_note")
    security_at = serializers.DateTimeField(source="criterion.security_at", allow_null=True)
    pattern = serializers.IntegerField(source="criterion.pattern_id", allow_null=True, help_text="That answered it before.")
    dropping_reason = serializers.CharField(source="criterion.dropping_reason")


class WaitsSerializer(serializers.Serializer):
    """An office that is waited for, over mandatory criteria; `days` are working days."""

    office = serializers.ChoiceField(choices=Office.choices)
    count = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField()


class GateSerializer(RowSerializer):
    initiative = Linked("initiative", read_only=True)
    days = serializers.SerializerMethodField(help_text="Working days on its clock; null before that begins.")
    blocking_count = serializers.SerializerMethodField(
        help_text="Mandatory criteria that are open, here or in `locked_by`: above 0 it is closed."
    )
    locked_by = serializers.SerializerMethodField(help_text="Criteria of gates passed before that are open since a waiver ended.")
    locks = serializers.SerializerMethodField(help_text="The stage that this gate locks, passed though it was.")
    waits = serializers.SerializerMethodField()
    criteria = serializers.SerializerMethodField()

    class Meta:
        model = Gate
        fields = [
            *("id", "initiative", "opens", "size", "opened_at", "asked_at", "promised_on", "passed_at", "days"),
            *("blocking_count", "locked_by", "locks", "waits", "criteria", "version"),
        ]
        read_only_fields = fields

    def _standing(self, gate: Gate) -> gate_page.Standing:
        """Those of the whole page at once, so that a list asks once."""
        known = self.context.setdefault("gate_standings", {})
        if gate.pk not in known:
            whole = self.root.instance if isinstance(self.root, serializers.ListSerializer) else [gate]
            rows = list(whole) if gate in whole else [gate]
            known.update({one.gate.pk: one for one in gate_page.standings(rows)})
        return known[gate.pk]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_days(self, gate: Gate) -> int | None:
        return self._standing(gate).days

    @extend_schema_field(serializers.IntegerField())
    def get_blocking_count(self, gate: Gate) -> int:
        return self._standing(gate).blocking

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_locked_by(self, gate: Gate) -> list[int]:
        return [row.criterion.pk for row in self._standing(gate).gaps]

    @extend_schema_field(serializers.ChoiceField(choices=Stage.choices, allow_null=True))
    def get_locks(self, gate: Gate) -> Stage | None:
        return self._standing(gate).locks

    @extend_schema_field(WaitsSerializer(many=True))
    def get_waits(self, gate: Gate) -> Any:
        return WaitsSerializer(self._standing(gate).waits, many=True).data

    @extend_schema_field(CriterionSerializer(many=True))
    def get_criteria(self, gate: Gate) -> Any:
        return CriterionSerializer(self._standing(gate).rows, many=True).data


class _OfACriterion(serializers.Serializer):
    criterion = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The id of one of its criteria.")


class CriterionAnswerSerializer(_OfACriterion):
    answer = serializers.ChoiceField(choices=Criterion.Answer.choices)
    note = serializers.CharField(max_length=gates.LONGEST_NOTE, required=False, allow_blank=True, default="")


class CriterionDroppingSerializer(_OfACriterion):
    reason = serializers.CharField(max_length=gates.LONGEST_REASON)


class WaiverAskedSerializer(_OfACriterion):
    """What one takes by going on, and until when."""

    risk = Linked("risk")
    reason_kind = serializers.ChoiceField(choices=RiskException.ReasonKind.choices)
    reason = serializers.CharField(max_length=4000)
    compensating_control = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    ends_on = serializers.DateField()


class GateFilters(django_filters.FilterSet):
    initiative = LinkedFilter("initiative", field_name="initiative_id", help_text="An id, or a number such as I-0009.")
    is_passed = django_filters.BooleanFilter(field_name="passed_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Gate
        fields = ["opens", "size"]


class GateViewSet(ReadSet):
    """What stands before the stages of initiatives; a stage itself is reached by `initiatives/<id>/stage/`."""

    kind = "gate"
    serializer_class = GateSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = GateFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return gate_page.of_user(user)

    @state_change(CHANGE)
    def asking(self, instance: Gate, validated: Any, actor: Any) -> Gate:
        """Put it to security."""
        return gates.put_to_security(instance, actor=actor)

    @state_change(CHANGE, request=CriterionAnswerSerializer)
    def answer(self, instance: Gate, validated: Any, actor: Any) -> None:
        """Answer one criterion for one's office."""
        gates.answer(_criterion(instance, validated), validated["answer"], actor=actor, note=validated["note"])

    @state_change(CHANGE, request=CriterionDroppingSerializer)
    def dropping(self, instance: Gate, validated: Any, actor: Any) -> None:
        """Security asks one criterion no more."""
        gates.drop(_criterion(instance, validated), actor=actor, reason=validated["reason"])

    @state_change("risks.propose_exception", request=WaiverAskedSerializer)
    def waiver(self, instance: Gate, validated: Any, actor: Any) -> None:
        """Ask for a waiver of one criterion: an exception of kind gate waiver, which offices sign."""
        said = dict(validated)
        said.pop("criterion")
        waivers.ask(_criterion(instance, validated), said.pop("risk"), actor=actor, **said)


class PatternSerializer(RowSerializer):
    """In use once CIO and CISO have signed it, under signature-requests."""

    answers = serializers.DictField(
        child=serializers.CharField(max_length=gates.LONGEST_NOTE), help_text="What shows it, by the key of a criterion."
    )
    proposed_by = Linked("user", read_only=True)
    initiative_count = serializers.IntegerField(source="uses", read_only=True)

    class Meta:
        model = Pattern
        fields = [
            *("id", "number", "title", "description", "answers", "initiative_count", "proposed_by", "proposed_at", "approved_at"),
            *("archived_at", "version"),
        ]
        read_only_fields = ["number", "proposed_at", "approved_at", "archived_at", "version"]


class SpeedSerializer(serializers.Serializer):
    """Over the gates passed last in the whole organisation; days are working days, medians."""

    share = serializers.IntegerField(allow_null=True, help_text="Criteria that a pattern answered, in percent.")
    with_pattern = serializers.FloatField(allow_null=True)
    without = serializers.FloatField(allow_null=True)
    gates_with = serializers.IntegerField()
    gates_without = serializers.IntegerField()


class PatternViewSet(RegisterSet):
    """Ways of building that both offices approved once."""

    kind = "pattern"
    serializer_class = PatternSerializer
    permission, write_permission = READ, CHANGE
    ordering_fields = ("number",)

    def queryset_for(self, user: Any) -> QuerySet:
        return pattern_book.of_user(user)

    def perform_register(self, validated: Any, actor: Any) -> Pattern:
        return patterns.propose(actor=actor, **validated)

    @state_change(CHANGE)
    def retiring(self, instance: Pattern, validated: Any, actor: Any) -> Pattern:
        """Offer it no more."""
        return patterns.retire(instance, actor=actor)

    @extend_schema(responses=SpeedSerializer)
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def speed(self, request: Request) -> Response:
        """How much patterns answer before, and how much faster gates are by them."""
        found: Speed = pattern_book.speed()
        return Response(SpeedSerializer(found).data)


def _criterion(gate: Gate, told: Any) -> Criterion:
    found = next((one for one in gate.criteria.all() if one.pk == told["criterion"]), None)
    if found is None:
        raise Invalid(_("This is not complete."), {"criterion": [_("Name a criterion of this gate.")]})
    return found


resources.register("gates", GateViewSet)
resources.register("patterns", PatternViewSet)
