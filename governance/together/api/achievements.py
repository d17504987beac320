"""Achievements and what one office backs of the other's plans."""

from typing import Any

from rest_framework import serializers

from governance.together import achievements, backing
from governance.together.models import Achievement, Backing
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

READ, PUBLISH = "together.view_goal", "together.publish_achievement"


class AchievementSerializer(RowSerializer):
    settled_by = Linked("user", read_only=True, allow_null=True)
    verified_by = Linked("user", read_only=True, allow_null=True)
    cio = Linked("user", read_only=True, allow_null=True)
    ciso = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Achievement
        fields = ["id", "kind", "subject_kind", "subject_id", "amount", "verifier", "verified_by", "verified_at", "state", "words"]
        fields += ["proposed_at", "settled_by", "settled_at", "cio", "ciso", "version"]
        read_only_fields = fields


class WordsSerializer(serializers.Serializer):
    words = serializers.CharField(max_length=achievements.LONGEST)


class VerifiedAmountSerializer(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)


class AchievementViewSet(ReadSet):
    """Facts to the credit of both offices: published ones, and for the two what waits. `amount` is cash that finance confirmed for
    CASH_SAVED and a modelled loss that the other office verified for LOSS_LOWERED; never add the two."""

    kind = "achievement"
    permission = READ
    serializer_class = AchievementSerializer
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    @state_change(PUBLISH, request=WordsSerializer)
    def publication(self, instance: Achievement, validated: Any, actor: Any) -> Achievement:
        """Say it to everybody, in your words."""
        return achievements.publish(instance, validated["words"], actor=actor)

    @state_change(PUBLISH)
    def declining(self, instance: Achievement, validated: Any, actor: Any) -> Achievement:
        """Put it aside."""
        return achievements.decline(instance, actor=actor)

    @state_change(PUBLISH, request=VerifiedAmountSerializer, session=True)
    def verification(self, instance: Achievement, validated: Any, actor: Any) -> Achievement:
        """By how much a modelled year costs less, said by the leader who does not answer for the risk."""
        return achievements.verify(instance, validated["amount"], actor=actor)


class BackingSerializer(RowSerializer):
    treatment = Linked("treatment", source="thing", write_only=True)
    backed_by = Linked("user", read_only=True)

    class Meta:
        model = Backing
        fields = ["id", "treatment", "subject_kind", "subject_id", "office", "amount", "person_days", "words"]
        fields += ["backed_by", "backed_at", "ended_at", "version"]
        read_only_fields = ["subject_kind", "subject_id", "office", "backed_at", "ended_at", "version"]


class BackingViewSet(RegisterSet):
    """Money or days of people with which one office backs a plan of the other."""

    kind = "backing"
    permission, write_permission = READ, PUBLISH
    serializer_class = BackingSerializer
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # each is a word of a leader

    def perform_register(self, validated: Any, actor: Any) -> Backing:
        said = dict(validated)
        return backing.back(said.pop("thing"), actor=actor, **said)

    @state_change(PUBLISH)
    def ending(self, instance: Backing, validated: Any, actor: Any) -> Backing:
        """Take it back."""
        return backing.end(instance, actor=actor)


resources.register("achievements", AchievementViewSet)
resources.register("backings", BackingViewSet)
