"""Who sits in which seat, and the changes that two people make to that."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from portal.people import appointments, proposals
from portal.people.models import Appointment, AppointmentProposal
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

SETTLE = proposals.SETTLE


class AppointmentSerializer(RowSerializer):
    holder = Linked("user", read_only=True)
    substitute = Linked("user", read_only=True, allow_null=True)
    filled_by = serializers.SerializerMethodField(help_text="Who acts in the seat today; null for former appointments.")
    as_substitute = serializers.SerializerMethodField(help_text="Whether that is the substitute.")

    class Meta:
        model = Appointment
        fields = ["id", "seat", "holder", "substitute", "since", "ended_at", "filled_by", "as_substitute"]
        read_only_fields = fields

    def get_filled_by(self, row: Appointment) -> int | None:
        found = self._filled(row)
        return found.person.pk if found else None

    def get_as_substitute(self, row: Appointment) -> bool:
        found = self._filled(row)
        return bool(found and found.as_substitute)

    def _filled(self, row: Appointment) -> appointments.Filled | None:
        if row.ended_at is not None:
            return None
        if "filled" not in self.context:
            self.context["filled"] = appointments.filled()
        return self.context["filled"].get(row.seat)


class AppointmentFilters(django_filters.FilterSet):
    ended = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull", exclude=True, help_text="Former ones or not.")

    class Meta:
        model = Appointment
        fields = ["seat"]


class AppointmentViewSet(ReadSet):
    """Who sits where, and sat there before. They change by `appointment-proposals`."""

    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilters
    ordering_fields = ["since"]

    def queryset_for(self, user: Any) -> QuerySet:
        return Appointment.objects.visible_to(user)


class AppointmentProposalSerializer(RowSerializer):
    holder = Linked("user", required=False, allow_null=True, help_text="Null leaves the seat vacant.")
    substitute = Linked("user", required=False, allow_null=True)
    proposed_by = Linked("user", read_only=True)
    settled_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = AppointmentProposal
        fields = [
            "id",
            "seat",
            "holder",
            "substitute",
            "from_on",
            "reason",
            "state",
            "proposed_by",
            "proposed_at",
            "settled_by",
            "settled_at",
            "settled_reason",
            "version",
        ]
        read_only_fields = ["state", "proposed_at", "settled_at", "settled_reason", "version"]


class ProposalReasonSerializer(serializers.Serializer):
    """Why it is refused or withdrawn."""

    reason = serializers.CharField(max_length=proposals.REASON_CHARACTERS)


class ProposalFilters(django_filters.FilterSet):
    class Meta:
        model = AppointmentProposal
        fields = ["seat", "state"]


class AppointmentProposalViewSet(RegisterSet):
    """Changes of seats: one person proposes, another confirms. Writing takes a session with a fresh second factor."""

    kind = "appointment-proposal"
    write_permission = SETTLE
    in_session = True
    serializer_class = AppointmentProposalSerializer
    filterset_class = ProposalFilters
    ordering_fields = ["from_on", "proposed_at"]
    bulk = None  # each is confirmed singly

    def perform_register(self, validated: Any, actor: Any) -> AppointmentProposal:
        return proposals.propose(
            validated["seat"],
            validated.get("holder"),
            actor=actor,
            substitute=validated.get("substitute"),
            from_on=validated["from_on"],
            reason=validated.get("reason", ""),
        )

    @state_change(SETTLE, session=True)
    def confirmation(self, instance, validated, actor):
        return proposals.confirm(instance, actor=actor, version=instance.version)

    @state_change(SETTLE, request=ProposalReasonSerializer, session=True)
    def refusal(self, instance, validated, actor):
        return proposals.refuse(instance, actor=actor, reason=validated["reason"], version=instance.version)

    @state_change(SETTLE, request=ProposalReasonSerializer, session=True)
    def withdrawal(self, instance, validated, actor):
        return proposals.withdraw(instance, actor=actor, reason=validated["reason"], version=instance.version)


resources.register("appointments", AppointmentViewSet)
resources.register("appointment-proposals", AppointmentProposalViewSet)
