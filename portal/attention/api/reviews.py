"""What is due to be looked at again, and the answers to it."""

import django_filters
from django.db.models import Q
from rest_framework import serializers

from portal.attention import reviews
from portal.attention.forms.reviews import NOTE_CHARACTERS
from portal.attention.models import Review
from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources

LARGEST = 2**63 - 1


class ReviewSerializer(RowSerializer):
    subject = serializers.IntegerField(
        source="subject_id", read_only=True, help_text="The id of what is reviewed, of `subject_kind`."
    )
    owner = Linked("user", read_only=True, help_text="Who answers it.")
    people = Linked("user", many=True, read_only=True, help_text="Who is told as well and may answer.")
    closed_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Review
        fields = [
            "id",
            "kind",
            "subject_kind",
            "subject",
            "due_on",
            "owner",
            "people",
            "state",
            "outcome",
            "unchanged_in_a_row",
            "closed_by",
            "closed_at",
            "created_at",
            "version",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "unchanged_in_a_row": {"help_text": "How often running “Nothing changed” was said before; at 2 it is rated anew."}
        }


class AnswerSerializer(serializers.Serializer):
    """What is true now."""

    outcome = serializers.ChoiceField(choices=Review.Outcome.choices)
    note = serializers.CharField(
        required=False, allow_blank=True, max_length=NOTE_CHARACTERS, help_text="Needed with CHANGED and CLOSED."
    )


class ReviewFilters(django_filters.FilterSet):
    subject_kind = django_filters.CharFilter(max_length=40, help_text='As in "risk".')
    subject = django_filters.NumberFilter(field_name="subject_id", min_value=1, max_value=LARGEST)
    owner = django_filters.NumberFilter(field_name="owner_id", min_value=1, max_value=LARGEST)
    due_from = django_filters.DateFilter(field_name="due_on", lookup_expr="gte", help_text="Due on this day or later.")
    due_to = django_filters.DateFilter(field_name="due_on", lookup_expr="lte", help_text="Due on this day or before.")
    overdue = django_filters.BooleanFilter(method="late", help_text="Open, and due before the organisation's today; or not so.")

    class Meta:
        model = Review
        fields = ["state", "kind"]

    def late(self, queryset, name: str, value: bool):
        late = Q(state=Review.State.OPEN, due_on__lt=organisations.today())
        return queryset.filter(late) if value else queryset.exclude(late)


class ReviewViewSet(ReadSet):
    """Dated looks at what we know. The owner, or a named person, answers."""

    kind = "review"
    permission = "attention.view_review"
    serializer_class = ReviewSerializer
    filterset_class = ReviewFilters
    ordering_fields = ["due_on", "created_at"]
    prefetch_related = ["people"]

    @state_change("attention.answer_review", request=AnswerSerializer)
    def answer(self, instance, validated, actor):
        note = validated.get("note", "")
        return reviews.answer(instance, validated["outcome"], actor=actor, version=instance.version, note=note)


resources.register("reviews", ReviewViewSet)
