"""Discovery files pushed by integrations, and the runs they become."""

from typing import Any

import django_filters
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets import authority
from assets.discovery import intake, permits
from assets.discovery.settling import LONGEST_REASON
from assets.errors import UnreadableDiscovery
from assets.models import DiscoveryRun, Proposal
from portal.errors import Invalid
from portal.people.models import Unit
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class DiscoveryRunSerializer(RowSerializer):
    unit = Linked("unit", read_only=True)
    networks = serializers.ListField(child=serializers.CharField(), read_only=True, source="scan.networks", default=list)
    is_active = serializers.BooleanField(read_only=True, help_text="Packets were sent to what it names; a list sends none.")
    held_for = serializers.ListField(
        child=serializers.IntegerField(), read_only=True, help_text="Safety zones it scanned without a permit."
    )
    headings = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="Of a list: heading in letters and digits → column, as told."
    )
    refusal = serializers.DictField(read_only=True, help_text='Why it could not be read: {"code": …}; empty otherwise.')

    class Meta:
        model = DiscoveryRun
        fields = [
            *("id", "source", "reader", "unit", "file_name", "sha256", "state", "refusal", "networks", "headings"),
            "is_complete",
            *("is_active", "held_for"),
            *("observation_count", "read_count", "matched_count", "proposal_count", "personal_count"),
            *("scanned_at", "created_at", "finished_at", "version"),
        ]
        read_only_fields = fields


class WordsSerializer(serializers.Serializer):
    """What the file does not say."""

    source = serializers.CharField(
        max_length=intake.LONGEST_SOURCE,
        required=False,
        help_text="Who looked, the same each time; by default the name of the account that pushes.",
    )
    unit = Linked("unit", required=False, help_text="Where new assets belong; by default the unit the account works for.")
    networks = serializers.ListField(
        child=serializers.CharField(max_length=49),
        required=False,
        help_text="What the scan covered, where the file does not say: 10.20.1.0/24.",
    )
    headings = serializers.ListField(
        child=serializers.CharField(max_length=120),
        required=False,
        max_length=60,
        help_text="Of a list, what columns with other headings are: Standort = location. Remembered for the source.",
    )
    is_complete = serializers.BooleanField(required=False, default=False, help_text="What this list leaves out is gone.")


class IntakeSerializer(WordsSerializer):
    """A file with what the file does not say."""

    file = serializers.FileField(allow_empty_file=True, help_text="nmap XML, or an inventory as CSV or Excel; gzip is unpacked.")


class ChosenProposalsSerializer(serializers.Serializer):
    """Which proposals: their ids, or all new ones."""

    proposals = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=500
    )
    all_new = serializers.BooleanField(required=False, default=False, help_text="Every open proposal of the kind NEW; 500 at once.")


class ChosenDismissalSerializer(ChosenProposalsSerializer):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class HeldRunSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=LONGEST_REASON)


class DiscoveryRunFilters(django_filters.FilterSet):
    class Meta:
        model = DiscoveryRun
        fields = ["source", "state"]


def unit_of(user: Any) -> Unit:
    """The account's own unit, or the highest one it works for. Raises Invalid."""
    found = authority.units(user).order_by("path").first()
    own = user.unit if user.unit_id and authority.units(user).filter(pk=user.unit_id).exists() else None
    if own is None and found is None:
        sentence = _("This account works for no unit. Name the unit that new assets belong to.")
        raise Invalid(sentence, {"unit": [sentence]})
    return own or found


class DiscoveryRunViewSet(ReadSet):
    """Files that scanners and lists gave. POST one as multipart/form-data, or in parts by `discovery-pushes`; a worker reads it and
    proposes."""

    kind = "discovery-run"
    serializer_class = DiscoveryRunSerializer
    permission, write_permission = "assets.view_discoveryrun", "assets.take_in_discovery"
    filterset_class = DiscoveryRunFilters
    ordering_fields = ("created_at",)

    def get_parsers(self) -> list[Any]:
        method = getattr(self.request, "method", None) or ""  # the schema asks without a request
        taking_in = self.action_map.get(method.lower()) == "create"
        return [MultiPartParser()] if taking_in else super().get_parsers()

    @extend_schema(request={"multipart/form-data": IntakeSerializer}, responses={201: DiscoveryRunSerializer})
    def create(self, request: Request) -> Response:
        """Take in one file: 422 with one sentence, and nothing stored, where it cannot be read."""
        asked = IntakeSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        file = told.pop("file")
        told["unit"] = told.get("unit") or unit_of(request.user)
        told["source"] = told.get("source") or str(request.user)[: intake.LONGEST_SOURCE]
        try:
            run = intake.take_in(file, actor=request.user, file_name=file.name, limit_bytes=settings.PUSH_UPLOAD_LIMIT, **told)
        except UnreadableDiscovery as error:
            error.fields = {"file": [str(error)]}
            raise
        return self.show(self.get_serializer(run), 201, {"Location": f"{request.path}{run.pk}/"})

    @state_change(permits.MAY_RELEASE, request=HeldRunSerializer)
    def release(self, instance: DiscoveryRun, validated: Any, actor: Any) -> DiscoveryRun:
        """Let it be read though a safety zone was scanned without a permit."""
        return permits.release(instance, actor=actor, reason=validated["reason"])

    @state_change(permits.MAY_RELEASE, request=HeldRunSerializer)
    def discarding(self, instance: DiscoveryRun, validated: Any, actor: Any) -> DiscoveryRun:
        """Leave it unread for good."""
        return permits.discard(instance, actor=actor, reason=validated["reason"])

    @state_change("assets.settle_discovery", request=ChosenProposalsSerializer)
    def acceptance(self, instance: DiscoveryRun, validated: Any, actor: Any) -> DiscoveryRun:
        """Let the inventory follow these proposals, all or none."""
        intake.accept(self._chosen(instance, validated), actor=actor)
        return instance

    @state_change("assets.settle_discovery", request=ChosenDismissalSerializer)
    def dismissal(self, instance: DiscoveryRun, validated: Any, actor: Any) -> DiscoveryRun:
        """Leave the inventory as it is; the same questions are not asked again."""
        intake.ignore(self._chosen(instance, validated), actor=actor, reason=validated["reason"])
        return instance

    def _chosen(self, run: DiscoveryRun, validated: Any) -> list[Proposal]:
        proposals = Proposal.objects.visible_to(self.request.user).filter(run=run).order_by("pk")
        if validated["all_new"]:
            return list(proposals.filter(kind=Proposal.Kind.NEW, state=Proposal.State.OPEN)[:500])
        wanted = set(validated.get("proposals", ()))
        chosen = list(proposals.filter(pk__in=wanted))
        if not chosen or len(chosen) < len(wanted):
            sentence = _("Name proposals of this run by their ids, or say all_new.")
            raise Invalid(sentence, {"proposals": [sentence]})
        return chosen


resources.register("discovery-runs", DiscoveryRunViewSet)
