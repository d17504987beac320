"""Packs and their blocks for integrations; signing one takes a session with a fresh second factor, never a token."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.board import pack_blocks, pack_page, pack_words, packs
from governance.board.models import BlockWords, BoardPack, PackBlock
from governance.board.models.pack import VIEW
from governance.board.pack_page import PREPARE
from governance.together.models import Position
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet


class PackNumbersSerializer(serializers.Serializer):
    """When the numbers were read, and where the sealed record stood then."""

    as_of = serializers.DateTimeField()
    seal_seq = serializers.IntegerField()
    seal_hash = serializers.CharField()


class BoardPackSerializer(RowSerializer):
    unit = Linked("unit")
    incident = Linked("incident", required=False, allow_null=True)
    numbers_of = Linked("board-pack", required=False, allow_null=True, write_only=True, help_text="Show the numbers of this one.")
    numbers = PackNumbersSerializer(read_only=True)
    previous = Linked("board-pack", read_only=True, allow_null=True)
    lacks_words = serializers.SerializerMethodField(help_text="Blocks that have no words yet (ids).")
    unfit = serializers.SerializerMethodField(help_text="Blocks whose number is stale or disputed, the dispute not printed (ids).")

    class Meta:
        model = BoardPack
        fields = [
            *(
                "id",
                "number",
                "title",
                "template",
                "unit",
                "period_from",
                "period_to",
                "incident",
                "numbers_of",
                "state",
                "numbers",
            ),
            *("previous", "lacks_words", "unfit", "opened_at", "frozen_at", "released_at", "digest", "version"),
        ]
        read_only_fields = ["number", "title", "state", "opened_at", "frozen_at", "released_at", "digest", "version"]

    title = serializers.CharField(read_only=True)

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_lacks_words(self, pack: BoardPack) -> list[int]:
        return [one.pk for one in pack.blocks.all() if one.lacks_words]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_unfit(self, pack: BoardPack) -> list[int]:
        return [one.pk for one in pack.blocks.all() if pack_blocks.is_unfit(pack, one)]


class PackFilters(django_filters.FilterSet):
    unit = LinkedFilter("unit", field_name="unit_id")

    class Meta:
        model = BoardPack
        fields = ["state", "template"]


class PackViewSet(RegisterSet):
    """What the board and others are told, signed by CIO and CISO; a released one never changes."""

    kind = "board-pack"
    permission, write_permission = VIEW, PREPARE
    serializer_class = BoardPackSerializer
    filterset_class = PackFilters
    bulk = None  # one is opened at a time

    def queryset_for(self, user: Any) -> QuerySet:
        return pack_page.of_user(user)

    def perform_register(self, validated: Any, actor: Any) -> BoardPack:
        return packs.open_one(actor=actor, **validated)

    @state_change(PREPARE)
    def numbers(self, instance: BoardPack, validated: Any, actor: Any) -> BoardPack:
        """Show the numbers of this moment."""
        return packs.take_numbers(instance, actor=actor)

    @state_change(PREPARE)
    def freezing(self, instance: BoardPack, validated: Any, actor: Any) -> BoardPack:
        """Freeze it as it stands and ask both seats to sign it."""
        return packs.freeze(instance, actor=actor)

    @state_change(PREPARE)
    def thawing(self, instance: BoardPack, validated: Any, actor: Any) -> BoardPack:
        """Make it a draft again."""
        return packs.thaw(instance, actor=actor)

    @state_change(PREPARE)
    def withdrawal(self, instance: BoardPack, validated: Any, actor: Any) -> BoardPack:
        """Nobody needs this draft."""
        return packs.withdraw(instance, actor=actor)


class BlockSaidSerializer(serializers.ModelSerializer):
    """What somebody wrote, for which seat where it is a dissent, an answer or a dispute."""

    written_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = BlockWords
        fields = ["text", "office", "written_by", "written_at"]
        read_only_fields = fields


class PackBlockSerializer(RowSerializer):
    pack = Linked("board-pack")
    decision = Linked("decision", required=False, allow_null=True)
    position = serializers.PrimaryKeyRelatedField(
        queryset=Position.objects.none(), required=False, allow_null=True, help_text="The signature's position of a dissent (id)."
    )
    heading = serializers.SerializerMethodField()
    value = serializers.SerializerMethodField(help_text="What it shows: sentence, figures, columns and rows, cells, curve, strip.")
    words = BlockSaidSerializer(read_only=True, allow_null=True)
    answer = BlockSaidSerializer(read_only=True, allow_null=True)
    dispute = BlockSaidSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PackBlock
        fields = [
            *("id", "pack", "place", "kind", "source", "heading", "needs_words", "decision", "position", "value"),
            *("words", "answer", "dispute", "dispute_is_printed"),
        ]
        read_only_fields = ["place", "kind", "needs_words", "dispute_is_printed"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        user = getattr(self.context.get("request"), "user", None)
        if user is not None and not fields["position"].read_only:
            fields["position"].queryset = pack_page.dissents(user)
        return fields

    def get_heading(self, block: PackBlock) -> str:
        return pack_blocks.heading(block)

    @extend_schema_field(serializers.DictField())
    def get_value(self, block: PackBlock) -> dict[str, Any]:
        return pack_blocks.shown_by(block.pack, block)


class BlockWordsSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=pack_words.LONGEST, allow_blank=True, help_text="Nothing takes the words out.")


class BlockDisputeSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=pack_words.LONGEST)


class BlockFilters(django_filters.FilterSet):
    pack = LinkedFilter("board-pack", field_name="pack_id")

    class Meta:
        model = PackBlock
        fields = ["kind", "source"]


class BlockViewSet(RegisterSet):
    """The parts of packs, each with what it shows and what people say of it."""

    kind = ""
    permission, write_permission = VIEW, PREPARE
    serializer_class = PackBlockSerializer
    filterset_class = BlockFilters
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None

    def queryset_for(self, user: Any) -> QuerySet:
        return PackBlock.objects.visible_to(user).current().whole()

    def perform_register(self, validated: Any, actor: Any) -> PackBlock:
        return packs.add_block(actor=actor, **validated)

    @state_change(PREPARE, request=BlockWordsSerializer)
    def words(self, instance: PackBlock, validated: Any, actor: Any) -> None:
        """Say what it means; of a dissent only its holder says the words."""
        pack_words.write(instance, validated["text"], actor=actor)

    @state_change(PREPARE, request=BlockWordsSerializer)
    def answer(self, instance: PackBlock, validated: Any, actor: Any) -> None:
        """Answer a dissent for the other office."""
        pack_words.answer(instance, validated["text"], actor=actor)

    @state_change(PREPARE, request=BlockDisputeSerializer)
    def dispute(self, instance: PackBlock, validated: Any, actor: Any) -> None:
        """Hold something against the number that stands here."""
        pack_words.dispute(instance, validated["text"], actor=actor)

    @state_change(PREPARE)
    def settling(self, instance: PackBlock, validated: Any, actor: Any) -> None:
        """Take one's dispute back."""
        pack_words.settle_dispute(instance, actor=actor)

    @state_change(PREPARE)
    def printing(self, instance: PackBlock, validated: Any, actor: Any) -> None:
        """Let the pack go out with the number and the dispute beside it."""
        pack_words.print_dispute(instance, actor=actor)

    @state_change(PREPARE)
    def removal(self, instance: PackBlock, validated: Any, actor: Any) -> PackBlock:
        """Take it out of the draft."""
        packs.remove_block(instance, actor=actor)
        return instance


resources.register("board-packs", PackViewSet)
resources.register("board-pack-blocks", BlockViewSet)
