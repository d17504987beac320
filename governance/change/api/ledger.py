"""The ledger for other systems: lines, what could end, what was saved."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.change import doubles, finance, ledger, ledger_book
from governance.change.models import Saving, SpendLine
from portal.people import currencies
from portal.web.api.changes import state_change
from portal.web.api.fields import NULL_IF_HIDDEN, Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet

READ, CHANGE = "change.view_spend", "change.change_spend"


class SpendLineSerializer(RowSerializer):
    """Money a year, in the organisation's currency."""

    unit = Linked("unit")
    owner = Linked("user")
    initiative = Linked("initiative", required=False, allow_null=True, help_text=NULL_IF_HIDDEN)
    control = Linked("control", required=False, allow_null=True, help_text=NULL_IF_HIDDEN)
    risk = Linked("risk", required=False, allow_null=True, help_text=NULL_IF_HIDDEN)
    yearly_cost = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="In the organisation's currency; it follows from the original sum and its rate where those are given.",
    )
    currency = serializers.ChoiceField(
        choices=sorted(currencies.CODES), required=False, allow_blank=True, help_text="Of the contract; empty: the organisation's."
    )
    serves = serializers.ChoiceField(
        choices=SpendLine._meta.get_field("serves").choices,
        required=False,
        help_text="Left out, the one that pays.",
    )
    notice_by = serializers.DateField(read_only=True, allow_null=True, help_text="The last day to end it before it goes on.")

    class Meta:
        model = SpendLine
        fields = [
            *("id", "number", "vendor", "product", "capability", "unit", "paid_by", "serves", "owner", "contract", "yearly_cost"),
            *("original_cost", "currency", "rate", "rated_on", "starts_on", "renews_on", "notice_days", "notice_by"),
            *("initiative", "control", "risk", "ended_on", "noted_at"),
            *("source", "external_id", "archived_at", "version"),
        ]
        read_only_fields = ["number", "ended_on", "noted_at", "source", "external_id", "archived_at", "version"]

    def to_representation(self, instance: SpendLine) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {name: None for name in ledger_book.hidden(instance) if name in shown}


class LineEndingSerializer(serializers.Serializer):
    ended_on = serializers.DateField(required=False, allow_null=True, help_text="Today where it is left out.")


class OfficeSumSerializer(serializers.Serializer):
    office = serializers.CharField()
    pays = serializers.DecimalField(max_digits=18, decimal_places=2)
    for_the_other = serializers.DecimalField(max_digits=18, decimal_places=2)


class DoubleSerializer(serializers.Serializer):
    line = serializers.IntegerField(help_text="Could end.")
    kept = serializers.IntegerField(help_text="Does the same for at least as much of the organisation.")
    capability = serializers.CharField()
    yearly_cost = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="What its end saves a year.")


class LedgerSumsSerializer(serializers.Serializer):
    whole = serializers.DecimalField(max_digits=18, decimal_places=2, help_text="The offices added up, to the cent.")
    by_office = OfficeSumSerializer(many=True)
    doubles = DoubleSerializer(many=True, help_text="The dearest set that could end at once, each line once.")
    could_save = serializers.DecimalField(max_digits=18, decimal_places=2)


class SpendLineFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", field_name="unit_id")
    owner = LinkedFilter("user", field_name="owner_id")
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007, that you may open.")
    is_running = django_filters.BooleanFilter(method="running")
    notice_by = django_filters.DateFilter(method="noticed", help_text="The last day to end it is this one or an earlier one.")
    for_the_other = django_filters.BooleanFilter(method="on_behalf", help_text="Paid by one office on the other's behalf.")

    class Meta:
        model = SpendLine
        fields = ["paid_by", "serves", "capability", "source", "external_id"]

    def running(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(ended_on__isnull=value)

    def noticed(self, queryset: QuerySet, name: str, value: date) -> QuerySet:
        return queryset.with_notice().filter(notice_on__lte=value)

    def on_behalf(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(ledger_book.OTHERS["other" if value else "own"])


class SpendLineViewSet(WriteSet):
    """What IT and security pay."""

    kind = "spend-line"
    serializer_class = SpendLineSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = SpendLineFilters
    ordering_fields = ("number", "noted_at")

    def queryset_for(self, user: Any) -> QuerySet:
        return ledger_book.with_openings(super().queryset_for(user), user)

    def perform_register(self, validated: Any, actor: Any) -> SpendLine:
        return ledger.note(actor=actor, **validated)

    def perform_change(self, instance: SpendLine, validated: Any, actor: Any, version: int) -> SpendLine:
        hidden = ledger_book.hidden(instance)
        said = {name: value for name, value in validated.items() if value is not None or name not in hidden}
        return ledger.change(instance, actor=actor, version=version, **said)

    @extend_schema(responses=LedgerSumsSerializer, filters=False)
    @action(detail=False, pagination_class=None, filter_backends=[])
    def sums(self, request: Request) -> Response:
        """What runs, added up by office, and what could end."""
        rows = ledger_book.of_user(request.user)
        found, sums = doubles.find(ledger.running(request.user)), ledger_book.sums(rows)
        offices = [{"office": one, "pays": pays, "for_the_other": sums.for_other[one]} for one, pays in sums.by_office.items()]
        told = {"whole": sums.whole, "by_office": offices, "doubles": found, "could_save": ledger_book.could_save(found)}
        return Response(LedgerSumsSerializer(told).data)

    @state_change(CHANGE, request=LineEndingSerializer)
    def ending(self, instance: SpendLine, validated: Any, actor: Any) -> SpendLine:
        """The contract line is over."""
        return ledger.end(instance, actor=actor, **validated)

    @state_change(CHANGE)
    def saving(self, instance: SpendLine, validated: Any, actor: Any) -> None:
        """Let it end, because another one does the same; the saving is under `savings/`."""
        ledger.accept(instance, actor=actor)


class SavingSerializer(RowSerializer):
    line = Linked("spend-line", read_only=True)
    accepted_by = Linked("user", read_only=True)
    confirmed_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Saving
        fields = ["id", "line", "expected", "state", "accepted_by", "accepted_at", "confirmed", "confirmed_by", "confirmed_at"]
        read_only_fields = fields


class ConfirmationSerializer(serializers.Serializer):
    confirmed = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, help_text="What the end saves in a year.")


class SavingViewSet(ReadSet):
    """Lines that were accepted to end, and what that saved. Cash: never added to modelled losses."""

    kind = "saving"
    serializer_class = SavingSerializer
    permission, write_permission = READ, CHANGE
    lookup_value_regex = "[0-9]{1,18}"

    @state_change(finance.CONFIRM, request=ConfirmationSerializer)
    def confirmation(self, instance: Saving, validated: Any, actor: Any) -> Saving:
        """Say what the ended line saves, as somebody of neither office."""
        return ledger.confirm(instance, validated["confirmed"], actor=actor)

    @state_change(CHANGE)
    def dropping(self, instance: Saving, validated: Any, actor: Any) -> Saving:
        """Both lines are needed after all."""
        return ledger.drop(instance, actor=actor)


resources.register("spend-lines", SpendLineViewSet)
resources.register("savings", SavingViewSet)
