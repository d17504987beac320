"""What was asked of offices and what they answered; signing takes a session with a fresh second factor, never a token."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal import subjects
from portal.people import freshness
from portal.signing import signatures
from portal.signing import standing as standings
from portal.signing.models import Signature, SignatureRequest
from portal.signing.standing import SEATS
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources

READ = "signing.view_signature"


class SlotSerializer(serializers.Serializer):
    """One signature that is asked for."""

    offices = serializers.ListField(child=serializers.CharField(), help_text="Any of these gives it: seats, or HEAD and OWNER.")
    state = serializers.ChoiceField(choices=["SIGNED", "REFUSED", "STALE", "WAITS"])
    signature = serializers.IntegerField(allow_null=True, help_text="The answer this is about; of a stale one, what was signed.")


class SignatureRequestSerializer(serializers.ModelSerializer):
    asked_by = Linked("user", read_only=True, allow_null=True)
    slots = serializers.SerializerMethodField(help_text="Where each asked signature stands now.")
    digest = serializers.SerializerMethodField(help_text="SHA-256 of what would be signed now.")
    is_signed = serializers.SerializerMethodField(help_text="Whether all have signed what it says now.")

    class Meta:
        model = SignatureRequest
        fields = ["id", "subject_kind", "subject_id", "asked_by", "asked_at", "digest", "is_signed", "slots"]
        read_only_fields = ["subject_kind", "subject_id", "asked_at"]

    @extend_schema_field(SlotSerializer(many=True))
    def get_slots(self, row: SignatureRequest) -> list[dict[str, Any]]:
        found = self._standing(row)
        return [_slot(slot) for slot in found.slots] if found else []

    def get_digest(self, row: SignatureRequest) -> str:
        found = self._standing(row)
        return found.digest if found else ""

    def get_is_signed(self, row: SignatureRequest) -> bool:
        found = self._standing(row)
        return bool(found and found.is_signed)

    def _standing(self, row: SignatureRequest) -> standings.Standing | None:
        """All of a page at once: its subjects one query a kind, their answers three."""
        if "standings" not in self.context or row.key not in self.context["standings"]:
            page = self.parent.instance if isinstance(self.parent, serializers.ListSerializer) else [row]
            things = subjects.fetch([one.key for one in page], self.context["request"].user, with_content=True)
            self.context["standings"] = dict.fromkeys(one.key for one in page) | standings.read(things)
        return self.context["standings"][row.key]


def _slot(slot: standings.Slot) -> dict[str, Any]:
    for state, answer in (("SIGNED", slot.signature), ("REFUSED", slot.refusal), ("STALE", slot.stale)):
        if answer is not None:
            return {"offices": list(slot.offices), "state": state, "signature": answer.pk}
    return {"offices": list(slot.offices), "state": "WAITS", "signature": None}


class SigningSerializer(serializers.Serializer):
    """What was read: a signature binds to it."""

    digest = serializers.RegexField(r"^[0-9a-f]{64}$", help_text="The digest of the request as it was read.")
    office = serializers.CharField(max_length=8, required=False, help_text="Where one fills several that are asked.")


class SignatureRefusalSerializer(SigningSerializer):
    reason = serializers.CharField(max_length=signatures.LONGEST_REASON)


class RequestFilters(django_filters.FilterSet):
    class Meta:
        model = SignatureRequest
        fields = ["subject_kind", "subject_id"]


class SignatureRequestViewSet(ReadSet):
    """Which offices were asked to sign what, the newest request of each subject, newest first."""

    permission, write_permission = READ, signatures.SIGN
    serializer_class = SignatureRequestSerializer
    filterset_class = RequestFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return SignatureRequest.objects.visible_to(user).newest()

    @state_change(signatures.SIGN, request=SigningSerializer, session=True, tries=False)
    def signature(self, instance: SignatureRequest, validated: Any, actor: Any) -> None:
        """Sign for one's office."""
        signatures.sign(self._thing(instance), actor=actor, factor_at=freshness.given_at(self.request), **validated)

    @state_change(signatures.SIGN, request=SignatureRefusalSerializer, session=True, tries=False)
    def refusal(self, instance: SignatureRequest, validated: Any, actor: Any) -> None:
        """Refuse for one's office, for a reason; a decision is opposed by a position instead."""
        signatures.say_no(self._thing(instance), actor=actor, factor_at=freshness.given_at(self.request), **validated)

    def _thing(self, instance: SignatureRequest) -> Any:
        found = subjects.of_kind(instance.subject_kind).visible_to(self.request.user).filter(pk=instance.subject_id).first()
        if found is None:
            raise Http404
        return found


class SignatureSerializer(serializers.ModelSerializer):
    request = serializers.IntegerField(source="request_id", read_only=True)
    signed_by = Linked("user", read_only=True)
    digest = serializers.CharField(read_only=True, help_text="SHA-256 of the content that was signed or refused.")
    is_seat = serializers.SerializerMethodField(help_text="False for offices such as the head of a unit.")
    is_void = serializers.BooleanField(read_only=True, help_text="The seat changed hands before all had signed.")

    class Meta:
        model = Signature
        fields = [
            *("id", "request", "subject_kind", "subject_id", "kind", "office", "is_seat", "signed_by", "as_substitute"),
            *("digest", "reason", "is_void", "factor_at", "signed_at"),
        ]
        read_only_fields = [name for name in fields if name not in ("request", "signed_by", "digest", "is_seat", "is_void")]

    def get_is_seat(self, row: Signature) -> bool:
        return row.office in SEATS


class SignatureFilters(django_filters.FilterSet):
    class Meta:
        model = Signature
        fields = ["subject_kind", "subject_id", "kind", "office", "request"]


class SignatureViewSet(ReadSet):
    """What offices signed or refused, newest first; none is ever changed. An approval with a second factor, no qualified
    electronic signature."""

    permission = READ
    serializer_class = SignatureSerializer
    filterset_class = SignatureFilters
    ordering = "-id"
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return Signature.objects.visible_to(user).with_void()


resources.register("signature-requests", SignatureRequestViewSet)
resources.register("signatures", SignatureViewSet)
