"""The change calendar for other systems: what is planned, what other rooms have planned, and what does not go together."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Asset
from governance.change import change_calendar, clash_page, clashes, planned_changes
from governance.change.change_calendar import Asked
from governance.change.models import Clash, PlannedChange
from portal.errors import Invalid
from portal.people import delegations, organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import NULL_IF_HIDDEN, Linked, RowSerializer, by_id_or_number
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet

READ, CHANGE = "change.view_initiative", "change.change_initiative"


class PlannedChangeSerializer(RowSerializer):
    """Hours with their zone. A freeze holds for its unit and all below, and names no assets."""

    unit = Linked("unit")
    owner = Linked("user")
    initiative = Linked("initiative", required=False, allow_null=True, help_text=NULL_IF_HIDDEN)
    assets = Linked("asset", many=True, required=False, help_text="Those the caller may open; on a change they replace the others.")
    is_clashing = serializers.SerializerMethodField(help_text="Owners are asked about something that it meets; see `clashes`.")

    class Meta:
        model = PlannedChange
        fields = [
            *("id", "number", "kind", "title", "note", "unit", "starts_at", "ends_at", "owner", "initiative", "assets"),
            *("is_clashing", "planned_at", "calling_off_reason", "source", "external_id", "archived_at", "version"),
        ]
        read_only_fields = ["number", "planned_at", "calling_off_reason", "source", "external_id", "archived_at", "version"]

    def to_representation(self, instance: PlannedChange) -> dict[str, Any]:
        instance.assets = [link.asset for link in instance.open_links]
        shown = super().to_representation(instance)
        return shown if instance.opens_initiative or "initiative" not in shown else shown | {"initiative": None}

    def get_is_clashing(self, instance: PlannedChange) -> bool:
        known = self.context.setdefault("clashing", {})
        if instance.pk not in known:
            whole = self.root.instance if isinstance(self.root, serializers.ListSerializer) else [instance]
            ids = {row.pk for row in whole} | {instance.pk}
            meets = clashes.of(ids)
            known.update({pk: pk in meets for pk in ids})
        return known[instance.pk]


class ChangeCallingOffSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=planned_changes.LONGEST_REASON)


class CalendarEntrySerializer(serializers.Serializer):
    """One thing on the calendar. Permits to scan, milestones, days of going live and exercises are kept where they belong, and read
    here. Without hours it is of whole days."""

    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in change_calendar.KINDS])
    subject_kind = serializers.CharField(help_text="What `id` is an id of; of a milestone, its own.")
    id = serializers.IntegerField(source="pk")
    number = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    place = serializers.CharField()
    owner = serializers.IntegerField(source="owner.pk")
    first_day = serializers.DateField(source="first")
    last_day = serializers.DateField(source="last")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    is_clashing = serializers.BooleanField(source="meets")


class ChangeCalendarSerializer(serializers.Serializer):
    """What the page of a month shows."""

    results = CalendarEntrySerializer(many=True)
    from_day = serializers.DateField()
    until_day = serializers.DateField()


class PlannedChangeFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", field_name="unit_id")
    owner = LinkedFilter("user", field_name="owner_id")
    initiative = LinkedFilter("initiative", field_name="initiative_id", help_text="An id, or a number such as I-0009.")
    asset = LinkedFilter("asset", method="touching", help_text="An id, or a number such as A-0007.")
    ends_after = django_filters.IsoDateTimeFilter(field_name="ends_at", lookup_expr="gt")
    starts_before = django_filters.IsoDateTimeFilter(field_name="starts_at", lookup_expr="lt")

    class Meta:
        model = PlannedChange
        fields = ["kind", "source", "external_id"]

    def touching(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        found = by_id_or_number(Asset.objects.visible_to(self.request.user), value)
        return queryset.touching(found) if found else queryset.none()


class PlannedChangeViewSet(WriteSet):
    """Releases, patch windows, tests and freezes, by place."""

    kind = "planned-change"
    serializer_class = PlannedChangeSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = PlannedChangeFilters
    ordering_fields = ("number", "starts_at", "planned_at")

    def queryset_for(self, user: Any) -> QuerySet:
        return clash_page.whole(super().queryset_for(user), user)

    def perform_register(self, validated: Any, actor: Any) -> PlannedChange:
        return planned_changes.plan(actor=actor, **validated)

    def perform_change(self, instance: PlannedChange, validated: Any, actor: Any, version: int) -> PlannedChange:
        if instance.initiative_id and not instance.opens_initiative and validated.get("initiative", "") is None:
            validated = {name: value for name, value in validated.items() if name != "initiative"}
        return planned_changes.change(instance, actor=actor, version=version, **validated)

    @state_change(CHANGE, request=ChangeCallingOffSerializer)
    def calling_off(self, instance: PlannedChange, validated: Any, actor: Any) -> PlannedChange:
        """It does not happen; a freeze ends early."""
        return planned_changes.call_off(instance, actor=actor, **validated)

    @extend_schema(
        responses=ChangeCalendarSerializer,
        filters=False,
        parameters=[
            OpenApiParameter("from", date, description="The first day; today if left out."),
            OpenApiParameter("until", date, description=f"The last day, at most {change_calendar.LONGEST_DAYS} days on; a month."),
            OpenApiParameter("unit", str, description="The id of a unit: what is planned there and below, and freezes above."),
            OpenApiParameter("kind", str, enum=list(change_calendar.KINDS)),
        ],
    )
    @action(detail=False, pagination_class=None, filter_backends=[], parameters=("from", "until", "unit", "kind"))
    def calendar(self, request: Request) -> Response:
        """What is planned in some days, beside it what other rooms have planned."""
        asked = _asked(request)
        told = {"results": change_calendar.entries(request.user, asked), "from_day": asked.first, "until_day": asked.last}
        return Response(ChangeCalendarSerializer(told).data)


def _asked(request: Request) -> Asked:
    told, wrong = request.query_params, {}
    days = {name: _day(told.get(name, "")) for name in ("from", "until") if told.get(name)}
    wrong |= {name: [_("Give a day, as in 2026-12-24.")] for name, day in days.items() if day is None}
    first = days.get("from") or organisations.today()
    last = days.get("until") or first + timedelta(days=31)
    if not wrong and not first <= last <= first + timedelta(days=change_calendar.LONGEST_DAYS):
        wrong["until"] = [_("Ask for at most %d days, the last one not before the first.") % change_calendar.LONGEST_DAYS]
    unit = by_id_or_number(change_calendar.places(request.user), told["unit"]) if told.get("unit") else None
    if told.get("unit") and unit is None:
        wrong["unit"] = [_("Give the id of a unit that you may look at.")]
    kind = told.get("kind", "")
    if kind and kind not in change_calendar.KINDS:
        wrong["kind"] = [_("Say one of these: %s.") % ", ".join(change_calendar.KINDS)]
    if wrong:
        raise Invalid(_("The question is not valid."), wrong)
    return Asked(first, last, unit, kind)


def _day(told: str) -> date | None:
    try:
        found = parse_date(told)
    except ValueError:
        return None
    return found if found and found.year in change_calendar.YEARS else None


class ClashSideSerializer(serializers.Serializer):
    """One of the two; title "" where the caller may not open it."""

    number = serializers.CharField(allow_blank=True)
    what = serializers.CharField(source="word")
    title = serializers.CharField(allow_blank=True)
    owner = serializers.IntegerField(source="owner.pk")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True, help_text="Why it may happen all the same, as its owner says.")
    answered_at = serializers.DateTimeField(source="at", allow_null=True)


class ClashSerializer(RowSerializer):
    """Two that do not go together. Both owners are asked: it ends when one of them moves, or stands once each has said why."""

    sides = serializers.SerializerMethodField()

    class Meta:
        model = Clash
        fields = ["id", "kind", "state", "starts_at", "ends_at", "sides", "found_at", "settled_at", "version"]
        read_only_fields = fields
        extra_kwargs = {"starts_at": {"help_text": "From when they meet."}, "ends_at": {"help_text": "Until when they meet."}}

    @extend_schema_field(ClashSideSerializer(many=True))
    def get_sides(self, clash: Clash) -> Any:
        return ClashSideSerializer(clash_page.sides(clash, self.context["request"].user), many=True).data


class StandingSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=clashes.LONGEST_REASON)


class ClashFilters(django_filters.FilterSet):
    planned_change = LinkedFilter("planned-change", field_name="planned_id", help_text="The first of the two.")

    class Meta:
        model = Clash
        fields = ["state", "kind"]


class ClashViewSet(ReadSet):
    """Changes of one asset at the same time, and what lies inside a freeze."""

    kind = "clash"
    serializer_class = ClashSerializer
    permission, write_permission = READ, delegations.ANSWER
    filterset_class = ClashFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return clash_page.rows(user)

    @state_change(delegations.ANSWER, request=StandingSerializer)
    def answer(self, instance: Clash, validated: Any, actor: Any) -> Clash:
        """Say as an owner why both may happen all the same."""
        return clashes.let_stand(instance, actor=actor, reason=validated["reason"])


resources.register("planned-changes", PlannedChangeViewSet)
resources.register("clashes", ClashViewSet)
