"""Rounds of ratings and what was revealed in them; a service account speaks for no office."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks import ratings, rounds, scales, settling
from risks.models import Confidence, Office, Rating, RatingRound

AREAS = [f"{area}_level" for area in scales.IMPACT_AREAS]


class RatingSerializer(RowSerializer):
    risk = Linked("risk", read_only=True)
    round = serializers.IntegerField(source="round_id", read_only=True)
    rated_by = Linked("user", read_only=True)

    class Meta:
        model = Rating
        fields = [
            *("id", "round", "risk", "office", "kind", "likelihood_level", *AREAS),
            *("confidence", "reason", "rated_by", "as_substitute", "given_at", "known_at"),
        ]
        read_only_fields = [name for name in fields if name not in ("risk", "round", "rated_by")]


class RatingRoundSerializer(RowSerializer):
    risk = Linked("risk", read_only=True)
    asked_by = Linked("user", read_only=True, allow_null=True)
    talk_asked_by = Linked("user", read_only=True, allow_null=True)
    rated_offices = serializers.ListField(
        child=serializers.ChoiceField(choices=Office.choices), read_only=True, help_text="Who has rated, never what."
    )
    ratings = RatingSerializer(many=True, read_only=True, help_text="What was revealed, oldest first.")

    class Meta:
        model = RatingRound
        fields = [
            *("id", "risk", "state", "outcome", "needs_both", "rated_offices", "asked_by", "objection_until"),
            *("talk_asked_by", "talk_asked_at", "opened_at", "revealed_at", "settled_at", "ratings", "version"),
        ]
        read_only_fields = [
            name for name in fields if name not in ("risk", "asked_by", "talk_asked_by", "rated_offices", "ratings")
        ]


def level(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=5, **options)


class JudgementSerializer(serializers.Serializer):
    """What an office says: likelihood, the impact areas it can judge, how sure, and why."""

    likelihood_level = level()
    financial_level = level(required=False, allow_null=True)
    operational_level = level(required=False, allow_null=True)
    safety_level = level(required=False, allow_null=True)
    legal_level = level(required=False, allow_null=True)
    reputation_level = level(required=False, allow_null=True)
    confidence = serializers.ChoiceField(choices=Confidence.choices, default=Confidence.MEDIUM)
    reason = serializers.CharField(max_length=4000)


class GivingSerializer(JudgementSerializer):
    both = serializers.BooleanField(
        default=False, help_text="Ask the other office to rate it too; neither sees the other's rating until both have."
    )


class KeepingSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=4000)


def judged(said: Any) -> rounds.Judgement:
    impact = {area: said.get(f"{area}_level") for area in scales.IMPACT_AREAS}
    return rounds.Judgement(said["likelihood_level"], impact, said["reason"], said["confidence"])


class RoundFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")

    class Meta:
        model = RatingRound
        fields = ["state", "outcome", "needs_both"]


class RatingRoundViewSet(ReadSet):
    """Questions put to the two offices, newest first: who has rated, what was revealed, how it was settled."""

    permission, write_permission = "risks.view_risk", "risks.rate_risk"
    serializer_class = RatingRoundSerializer
    filterset_class = RoundFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        revealed = Prefetch("ratings", queryset=Rating.objects.visible_to(user).order_by("pk"))
        return RatingRound.objects.visible_to(user).select_related("risk").prefetch_related(revealed)

    def answered(self, instance: RatingRound) -> dict[str, Any]:
        """The round that the address names, and its version where If-Match said one: compared again within the lock."""
        return {"of": instance, "version": instance.version if "If-Match" in self.request.headers else None}

    @state_change("risks.rate_risk", tries=False, request=GivingSerializer)
    def rating(self, instance: RatingRound, validated: Any, actor: Any) -> RatingRound:
        """Rate for one's office; until both have rated neither reads the other's. `both` asks the other office to rate as well,
        which leaders alone may."""
        return ratings.rate(instance.risk, judged(validated), actor=actor, both=validated["both"])

    @state_change("risks.rate_risk", tries=False, request=JudgementSerializer)
    def move(self, instance: RatingRound, validated: Any, actor: Any) -> RatingRound:
        """Change a revealed rating, for a reason. Where one's office rated alone this corrects it, and the ten working days to
        object begin anew; levels that call for both offices are blind until the other one has rated."""
        return settling.move(instance.risk, judged(validated), actor=actor, **self.answered(instance))

    @state_change("risks.rate_risk", tries=False, request=KeepingSerializer)
    def keeping(self, instance: RatingRound, validated: Any, actor: Any) -> RatingRound:
        """Hold on to one's rating, for a reason."""
        return settling.keep_mine(instance.risk, validated["reason"], actor=actor, **self.answered(instance))

    @state_change("risks.rate_risk", tries=False)
    def taking(self, instance: RatingRound, validated: Any, actor: Any) -> RatingRound:
        """Take the other office's rating."""
        return settling.take_theirs(instance.risk, actor=actor, **self.answered(instance))

    @state_change("risks.rate_risk", tries=False)
    def agreement(self, instance: RatingRound, validated: Any, actor: Any) -> RatingRound:
        """Agree with what the other office rated alone."""
        return settling.agree(instance.risk, actor=actor, **self.answered(instance))

    @state_change("risks.arbitrate", session=True, tries=False, request=JudgementSerializer)
    def arbitration(self, instance: RatingRound, validated: Any, actor: Any) -> RatingRound:
        """End a difference as the arbiter, once the two have let their days pass."""
        return settling.arbitrate(instance.risk, judged(validated), actor=actor)

    @state_change("risks.rate_risk", tries=False)
    def talk(self, instance: RatingRound, validated: Any, actor: Any) -> RatingRound:
        """Put the difference on the agenda of the two."""
        return settling.talk(instance.risk, actor=actor)


class RatingFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")

    class Meta:
        model = Rating
        fields = ["office", "kind", "round"]


class RatingViewSet(ReadSet):
    """What the offices have said of risks, as far as it is revealed, newest first; none is ever changed."""

    permission = "risks.view_risk"
    serializer_class = RatingSerializer
    filterset_class = RatingFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return Rating.objects.visible_to(user)


resources.register("rating-rounds", RatingRoundViewSet)
resources.register("ratings", RatingViewSet)
