"""What a discovery run proposes, below the run."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from assets.api.seen import ShowsOtherAssets
from assets.discovery import intake, splitting
from assets.discovery.settling import LONGEST_REASON
from assets.models import Asset, DiscoveryRun, Proposal
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class ProposalSerializer(RowSerializer):
    run = serializers.PrimaryKeyRelatedField(read_only=True)
    asset = Linked("asset", read_only=True, allow_null=True)
    title = serializers.CharField(read_only=True)
    changes = serializers.DictField(read_only=True, help_text="Field → [what the inventory says, what was seen].")
    contenders = serializers.SerializerMethodField(help_text="The assets a conflict is between, as far as you may open them.")

    class Meta:
        model = Proposal
        fields = [
            *("id", "run", "kind", "state", "title", "asset", "rung", "changes", "contenders", "cause"),
            *("reason", "settled_at", "version"),
        ]
        read_only_fields = fields

    def get_contenders(self, proposal: Proposal) -> list[int]:
        return [pk for pk in proposal.contenders if pk in self.context["seen"]]


class ProposalAcceptanceSerializer(serializers.Serializer):
    """Only a conflict needs a body."""

    asset = Linked("asset", required=False, allow_null=True, help_text="Which of the contenders it is; null for a new asset.")


class ProposalDismissalSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class ProposalFilters(django_filters.FilterSet):
    class Meta:
        model = Proposal
        fields = ["kind", "state"]


@extend_schema(parameters=[OpenApiParameter("run", int, OpenApiParameter.PATH, description="The discovery run.")])
class ProposalViewSet(ShowsOtherAssets, ReadSet):
    """What is new, changed, vanished or in conflict; settled once, by people or by rules of the integration."""

    resource = "discovery-runs"
    queryset = Proposal.objects.none()
    serializer_class = ProposalSerializer
    permission, write_permission = "assets.view_discoveryrun", "assets.settle_discovery"
    filterset_class = ProposalFilters
    select_related = ("run", "observation", "asset")
    run_id = 0

    def dispatch(self, request: Any, *args: Any, run: str, **kwargs: Any) -> Any:
        self.run_id = int(run)
        return super().dispatch(request, *args, **kwargs)

    def other_assets(self, proposal: Proposal) -> list[int]:
        return proposal.contenders

    def queryset_for(self, user: Any) -> QuerySet:
        return Proposal.objects.visible_to(user).filter(run=self.run_id)

    @state_change("assets.settle_discovery", request=ProposalAcceptanceSerializer)
    def acceptance(self, instance: Proposal, validated: Any, actor: Any) -> Proposal:
        """Let the inventory follow it."""
        told: dict[int, int | None] = {}
        if "asset" in validated:
            asset: Asset | None = validated["asset"]
            told[instance.pk] = asset.pk if asset else None
        return intake.accept([instance], actor=actor, choices=told)[0]

    @state_change("assets.settle_discovery", request=ProposalDismissalSerializer)
    def dismissal(self, instance: Proposal, validated: Any, actor: Any) -> Proposal:
        """Leave the inventory as it is; the same question is not asked again."""
        return intake.ignore([instance], actor=actor, reason=validated["reason"])[0]

    @state_change("assets.settle_discovery")
    def split(self, instance: Proposal, validated: Any, actor: Any) -> Proposal:
        """It was wrongly taken for an asset that stood there: it becomes one of its own, and that one gets back what it lost."""
        splitting.split(instance, actor=actor)
        return instance

    def list(self, request: Any) -> Any:
        """404 for a run that the caller may not see, as for its proposals."""
        get_object_or_404(DiscoveryRun.objects.visible_to(request.user), pk=self.run_id)
        return super().list(request)


resources.register(r"discovery-runs/(?P<run>[0-9]{1,18})/proposals", ProposalViewSet, "discovery-run-proposals")
