"""What waits for the caller."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from portal.attention import inbox
from portal.attention.models import Reminder
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class ReminderSerializer(RowSerializer):
    subject = serializers.IntegerField(
        source="subject_id", read_only=True, help_text="The id of what it is about, of `subject_kind`."
    )
    stage = serializers.ChoiceField(choices=Reminder.Stage.choices, read_only=True)
    review = Linked("review", read_only=True, allow_null=True)

    class Meta:
        model = Reminder
        fields = ["id", "kind", "stage", "subject_kind", "subject", "due_on", "review", "created_at", "read_at", "settled_at"]
        read_only_fields = fields


class ReadingSerializer(serializers.Serializer):
    """The mark of having read it."""

    read = serializers.BooleanField(default=True, help_text="False takes the mark away.")


class ReminderFilters(django_filters.FilterSet):
    settled = django_filters.BooleanFilter(field_name="settled_at", lookup_expr="isnull", exclude=True)
    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    subject_kind = django_filters.CharFilter(max_length=40, help_text='As in "risk".')

    class Meta:
        model = Reminder
        fields: list[str] = []


class ReminderViewSet(ReadSet):
    """The caller's own reminders, each once."""

    permission = "attention.view_inbox"
    serializer_class = ReminderSerializer
    filterset_class = ReminderFilters
    ordering_fields = ["due_on", "created_at"]

    def queryset_for(self, user: Any) -> QuerySet:
        return Reminder.objects.visible_to(user)

    @state_change("attention.view_inbox", request=ReadingSerializer)
    def reading(self, instance, validated, actor):
        inbox.read(self.queryset_for(actor).filter(pk=instance.pk), back=not validated["read"])


resources.register("inbox", ReminderViewSet)
