"""Editions of what gates ask: drafted here, in force once CIO and CISO have signed in `signature-requests`."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.change import edition_book, gate_editions
from governance.change.models import GateEdition, Initiative, Size
from portal.errors import Invalid
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks.models import Office

READ, DRAFT = "change.view_initiative", "change.draft_edition"
GATED = [(one.value, one.label) for one in gate_editions.GATED]
ASKED_BY = "Its key: the set whose next edition this is; said once, when it is drafted."


class AskedSerializer(serializers.Serializer):
    """One criterion of a set."""

    key = serializers.CharField(
        max_length=gate_editions.LONGEST_KEY,
        required=False,
        allow_blank=True,
        default="",
        help_text="The same from edition to edition; left out for a new one.",
    )
    opens = serializers.ChoiceField(choices=GATED, help_text="The stage before which it is asked.")
    office = serializers.ChoiceField(choices=Office.choices)
    from_size = serializers.ChoiceField(choices=Size.choices)
    is_mandatory = serializers.BooleanField()
    question = serializers.CharField(max_length=300)
    evidence = serializers.CharField(max_length=300, help_text="What shows it.")


class SetInForceSerializer(serializers.Serializer):
    """What gates of one set ask from now on."""

    key = serializers.CharField(source="template.key")
    title = serializers.CharField(source="template.title")
    edition = serializers.IntegerField(source="template.edition")
    kinds = serializers.ListField(source="template.kinds", child=serializers.ChoiceField(choices=Initiative.Kind.choices))
    only_purchases = serializers.BooleanField(source="template.only_purchases")
    criteria = AskedSerializer(many=True, source="asked")
    open_edition = serializers.IntegerField(source="open.pk", allow_null=True, help_text="The next one, drafted and not signed.")


class GateEditionSerializer(RowSerializer):
    """All that a set is to ask, not only what differs from `base_edition`."""

    set = serializers.CharField(source="base.key", max_length=gate_editions.LONGEST_KEY, help_text=ASKED_BY)
    base_edition = serializers.IntegerField(source="base.edition", read_only=True)
    criteria = AskedSerializer(many=True, max_length=gate_editions.MOST_CRITERIA)
    reason = serializers.CharField(max_length=gate_editions.LONGEST_REASON, help_text="What it asks otherwise, and why.")
    state = serializers.ChoiceField(choices=GateEdition.State.choices, read_only=True)
    asks_less = serializers.SerializerMethodField(
        help_text="Keys of criteria that go, block no more, or are asked of larger initiatives alone: charged to security."
    )
    drafted_by = Linked("user", read_only=True)

    class Meta:
        model = GateEdition
        fields = [
            *("id", "set", "base_edition", "edition", "criteria", "reason", "state", "asks_less", "drafted_by", "drafted_at"),
            *("proposed_at", "in_force_at", "archived_at", "version"),
        ]
        read_only_fields = ["edition", "drafted_at", "proposed_at", "in_force_at", "archived_at", "version"]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_asks_less(self, row: GateEdition) -> list[str]:
        return [one.key for one in gate_editions.differences(row) if one.asks_less]


class GateEditionViewSet(WriteSet):
    """The next edition of a set of criteria; gates that stand keep theirs."""

    kind = "gate-edition"
    serializer_class = GateEditionSerializer
    permission, write_permission = READ, DRAFT
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one of a set is drafted at a time
    by_external_id = None  # people draft it, no other system keeps it

    def queryset_for(self, user: Any) -> QuerySet:
        return edition_book.of_user(user)

    def perform_register(self, validated: Any, actor: Any) -> GateEdition:
        base = gate_editions.in_force(validated["base"]["key"])
        if base is None:
            raise Invalid(_("This is not complete."), {"set": [_("There is no such set: `gate-editions/in-force/` lists them.")]})
        return gate_editions.draft(base, _said(validated["criteria"]), validated["reason"], actor=actor)

    def perform_change(self, instance: GateEdition, validated: Any, actor: Any, version: int) -> GateEdition:
        criteria = _said(validated["criteria"]) if "criteria" in validated else instance.criteria
        reason = validated.get("reason", instance.reason)
        return gate_editions.change(instance, criteria, reason, actor=actor, version=version)

    @state_change(DRAFT)
    def proposal(self, instance: GateEdition, validated: Any, actor: Any) -> GateEdition:
        """Ask CIO and CISO to sign it."""
        return gate_editions.propose(instance, actor=actor)

    @state_change(DRAFT)
    def withdrawal(self, instance: GateEdition, validated: Any, actor: Any) -> GateEdition:
        """Take it back."""
        return gate_editions.withdraw(instance, actor=actor)

    @extend_schema(responses=SetInForceSerializer(many=True))
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[], url_path="in-force")
    def in_force(self, request: Request) -> Response:
        """Every set as gates are set up by it today."""
        return Response(SetInForceSerializer(edition_book.read(request.user).sets, many=True).data)


def _said(criteria: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(one) for one in criteria]


resources.register("gate-editions", GateEditionViewSet)
