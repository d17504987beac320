"""Accepted risks and deviations from policy, and who may accept what. Signing is in `signature-requests`."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal import subjects
from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet, WriteSet
from risks import authority, exception_book, exception_prices, exceptions
from risks.api.money import MONEY, PricedSerializer, amount_of
from risks.authority import Line
from risks.models import AuthorityTable, Covers, RiskException
from risks.models.score import Band

READ, PROPOSE, PROPOSE_TABLE = "risks.view_exception", "risks.propose_exception", "risks.propose_authority"
_WRITTEN = ("risk", "kind", "title", "reason_kind", "reason", "compensating_control", "starts_on", "ends_on", "owner")


class ExceptionSerializer(RowSerializer):
    risk = Linked("risk")
    owner = Linked("user", required=False)
    proposed_by = Linked("user", read_only=True)
    closed_by = Linked("user", read_only=True, allow_null=True)
    extends = Linked("exception", read_only=True, allow_null=True)
    standing = serializers.ChoiceField(
        choices=RiskException.Standing.choices, read_only=True, help_text="As signatures and today have it."
    )

    class Meta:
        model = RiskException
        fields = [
            *("id", "number", *_WRITTEN, "price", "standing", "original_starts_on", "extends"),
            *("proposed_by", "proposed_at", "signed_at", "outcome", "closing_reason", "closed_by", "closed_at", "version"),
        ]
        read_only_fields = ["number", "price", "original_starts_on", "proposed_at", "signed_at"]
        read_only_fields += ["outcome", "closing_reason", "closed_at", "version"]
        extra_kwargs = {"price": {"help_text": "Null while nobody has estimated the loss; then whoever may sign any sum signs it."}}

    def validate(self, attrs: Any) -> Any:
        for name in ("risk", "kind"):
            if self.instance is not None and name in attrs and attrs[name] != getattr(self.instance, name):
                raise serializers.ValidationError({name: [_("This stays as it was proposed. Propose a new one.")]})
        return attrs


class LiveExceptionsSerializer(serializers.Serializer):
    """What is in force today of what the caller may open, the dearest first."""

    count = serializers.IntegerField()
    average = serializers.DecimalField(
        **MONEY,
        allow_null=True,
        help_text="What all leave in a year; part of the position, not on top of it. Null without the right to read losses.",
    )
    unpriced = serializers.IntegerField()
    rows = PricedSerializer(many=True)


class ExceptionExtensionSerializer(serializers.Serializer):
    """How much longer, and why."""

    ends_on = serializers.DateField()
    reason = serializers.CharField(max_length=exceptions.LONGEST_TEXT)


class ExceptionClosingSerializer(serializers.Serializer):
    """Whether the gap is fixed; else why nothing needs a permission any more."""

    gap_fixed = serializers.BooleanField()
    reason = serializers.CharField(max_length=exceptions.LONGEST_TEXT, required=False, allow_blank=True, default="")


class ExceptionFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")
    standing = django_filters.ChoiceFilter(choices=RiskException.Standing.choices)
    owner = LinkedFilter("user", field_name="owner_id")

    class Meta:
        model = RiskException
        fields = ["kind", "reason_kind", "outcome"]


class ExceptionViewSet(WriteSet):
    """Risk acceptances and policy exceptions: proposed here, in force once signed, open again on the day they end."""

    kind = "exception"
    permission, write_permission = READ, PROPOSE
    serializer_class = ExceptionSerializer
    filterset_class = ExceptionFilters
    ordering_fields = ["number", "ends_on", "proposed_at"]
    by_external_id = None  # what permits something is proposed by people, not kept by another system

    def queryset_for(self, user: Any) -> QuerySet:
        if not user.is_authenticated:
            return RiskException.objects.none()
        return subjects.of_kind(self.kind).visible_to(user).with_standing(organisations.today())

    def perform_register(self, validated: Any, actor: Any) -> RiskException:
        said = dict(validated)
        return exceptions.propose(said.pop("risk"), said.pop("kind"), actor=actor, **said)

    def perform_change(self, instance: RiskException, validated: Any, actor: Any, version: int) -> RiskException:
        said = {name: value for name, value in validated.items() if name in exceptions.FIELDS}
        return exceptions.change(instance, actor=actor, version=version, **said)

    def known_parameters(self) -> Sequence[str]:
        return ("unit",) if self.action == "live" else super().known_parameters()

    @extend_schema(responses=LiveExceptionsSerializer, parameters=[OpenApiParameter("unit", int)])
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def live(self, request: Request) -> Response:
        """The numbers of the tile on Today, or of one unit with everything below it."""
        unit = exception_book.unit_told(request.query_params)
        found = exception_prices.live_priced(request.user, organisations.today(), unit)
        rows = [{"exception": row.exception.pk, "average": amount_of(row.average)} for row in found.rows]
        told = {"count": found.count, "average": amount_of(found.average), "unpriced": found.unpriced, "rows": rows}
        return Response(told)

    @state_change(PROPOSE, request=ExceptionExtensionSerializer, response=ExceptionSerializer, status=201)
    def extension(self, instance: RiskException, validated: Any, actor: Any) -> RiskException:
        """Propose that it lasts longer; the answer is the new one."""
        return self.fresh(exceptions.extend(instance, validated["ends_on"], actor=actor, reason=validated["reason"]))

    @state_change(PROPOSE, request=ExceptionClosingSerializer)
    def closing(self, instance: RiskException, validated: Any, actor: Any) -> RiskException:
        """It is needed no more."""
        return exceptions.close(instance, actor=actor, **validated)


class LineSerializer(serializers.Serializer):
    """These offices together accept this kind up to a band and a sum."""

    kind = serializers.ChoiceField(choices=Covers.choices)
    up_to_band = serializers.ChoiceField(choices=Band.choices)
    up_to_amount = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True, help_text="Null: any sum.")
    offices = serializers.ListField(child=serializers.ChoiceField(choices=[(one, one) for one in authority.OFFICES]), min_length=1)


class AuthorityTableSerializer(RowSerializer):
    lines = LineSerializer(many=True)
    proposed_by = Linked("user", read_only=True)
    is_in_force = serializers.SerializerMethodField(help_text="Whether this is the one that holds.")

    class Meta:
        model = AuthorityTable
        fields = ["id", "lines", "proposed_by", "proposed_at", "signed_at", "is_in_force", "version"]
        read_only_fields = ["proposed_at", "signed_at", "version"]

    @extend_schema_field(serializers.BooleanField())
    def get_is_in_force(self, row: AuthorityTable) -> bool:
        if "held" not in self.context:
            self.context["held"] = authority.in_force()
        return self.context["held"] == row


class AuthorityTableViewSet(RegisterSet):
    """Who may accept what up to which band and sum; in force once CIO and CISO have signed it."""

    kind = "authority-table"
    permission, write_permission = READ, PROPOSE_TABLE
    serializer_class = AuthorityTableSerializer
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is proposed at a time

    def perform_register(self, validated: Any, actor: Any) -> AuthorityTable:
        lines = [Line(one["kind"], one["up_to_band"], one["up_to_amount"], tuple(one["offices"])) for one in validated["lines"]]
        return authority.propose(lines, actor=actor)

    @state_change(PROPOSE_TABLE)
    def withdrawal(self, instance: AuthorityTable, validated: Any, actor: Any) -> AuthorityTable:
        """Take a proposed table back."""
        return authority.withdraw(instance, actor=actor)


resources.register("exceptions", ExceptionViewSet)
resources.register("authority-tables", AuthorityTableViewSet)
