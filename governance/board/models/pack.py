"""A pack for the board and others: one story, made of blocks, signed by both leaders, and never changed again."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from governance.board.models.numbers import FrozenNumbers
from portal import clock
from portal.history import APPEND_ONLY, tracked
from portal.people.access import EVERY_ROW, Clause, Grants, VisibleQuerySet, any_of
from portal.web import shown

VIEW = "board.view_pack"
PREPARES = frozenset({"CIO", "CISO", "CSO", "PREPARER"})
RELEASED_STAYS = "RAISE EXCEPTION 'a released pack is never changed';"
# Nobody but the database's owner passes these: what was released stays as both signed it, whatever SQL the application runs.
PACK_STAYS = pgtrigger.Trigger(
    name="released_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    condition=pgtrigger.Q(old__state="RELEASED"),
    func=RELEASED_STAYS,
)


def part_stays(operation: pgtrigger.Operation, found_by: str) -> pgtrigger.Trigger:
    """The same for a part of a pack; `found_by` is SQL that says whether the pack of the row is released."""
    return pgtrigger.Trigger(
        name=f"released_stays_{str(operation).lower()[:3]}",
        when=pgtrigger.Before,
        operation=operation,
        func=f"IF {found_by} THEN {RELEASED_STAYS} END IF; RETURN {'OLD' if operation is pgtrigger.Delete else 'NEW'};",
    )


def _is_released(column: str) -> str:
    return f"EXISTS (SELECT FROM board_boardpack p WHERE p.id = {column} AND p.state = 'RELEASED')"


BLOCK_STAYS = [
    part_stays(pgtrigger.Insert, _is_released("NEW.pack_id")),
    part_stays(pgtrigger.Update, f"{_is_released('NEW.pack_id')} OR {_is_released('OLD.pack_id')}"),
    part_stays(pgtrigger.Delete, _is_released("OLD.pack_id")),
]
WORDS_STAY = part_stays(
    pgtrigger.Insert,
    "EXISTS (SELECT FROM board_packblock b JOIN board_boardpack p ON p.id = b.pack_id"
    " WHERE b.id = NEW.block_id AND p.state = 'RELEASED')",
)


class PackQuerySet(VisibleQuerySet):
    def whole(self):
        """With all that a pack says, for whoever reads or signs it."""
        blocks = PackBlock.objects.filter(archived_at=None).with_words()
        blocks = blocks.select_related("decision", "position__decision", "position__signature__signed_by")
        return self.select_related("unit", "numbers", "incident", "proposed_by", "previous").prefetch_related(
            models.Prefetch("blocks", blocks)
        )


@tracked()
class BoardPack(models.Model):
    """One pack. A draft shows numbers as they are; frozen, it waits for both seats; released, it stays."""

    class Template(models.TextChoices):
        QUARTER = "QUARTER", _("Quarter")
        INCIDENT = "INCIDENT", _("Incident")
        INSURER = "INSURER", _("Insurer")
        CUSTOMER = "CUSTOMER", _("Customer")
        REGULATOR = "REGULATOR", _("Regulator")
        ALL_STAFF = "STAFF", _("All staff")

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        FROZEN = "FROZEN", _("Waits for signatures")
        RELEASED = "RELEASED", _("Released")
        WITHDRAWN = "GONE", _("Taken back")

    number = models.CharField(max_length=12, unique=True, editable=False)  # BP-0001, from a sequence
    template = models.CharField(max_length=9, choices=Template)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    period_from = models.DateField()
    period_to = models.DateField()  # that day included
    incident = models.ForeignKey("risks.Incident", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    numbers = models.ForeignKey(FrozenNumbers, on_delete=models.PROTECT, null=True, blank=True, related_name="packs")
    keeps_numbers = models.BooleanField(default=False)  # those of another pack, which freezing does not read anew
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    frozen_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)  # of the content both signed
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = PackQuerySet.as_manager()

    class Meta:
        triggers = [PACK_STAYS]
        indexes = [models.Index(fields=["state", "id"], name="packs_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(period_to__gte=models.F("period_from")), name="a_pack_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(state__in=("DRAFT", "GONE")) | Q(numbers__isnull=False), name="what_is_signed_has_numbers"
            ),
            models.CheckConstraint(
                condition=~Q(state="RELEASED") | (Q(released_at__isnull=False) & ~Q(digest="")), name="a_released_pack_has_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def title(self) -> str:
        """Quarter, 1 July 2026 to 30 September 2026."""
        days = {"first": shown.date_long(self.period_from), "last": shown.date_long(self.period_to)}
        return _t("%(what)s, %(first)s to %(last)s") % {"what": self.get_template_display(), **days}

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_released(self) -> bool:
        return self.state == self.State.RELEASED

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return any_of(cls.clauses(grants))

    @classmethod
    def clauses(cls, grants: Grants) -> list[Clause]:
        """Who prepares packs sees all; who oversees the whole organisation what was released; everybody what was for all staff."""
        if VIEW not in grants.permissions:
            return []
        if grants.names & PREPARES:
            return [Clause("permission", EVERY_ROW)]
        released = Q(state=cls.State.RELEASED)
        if grants.everywhere:
            return [Clause("reach", released, "unit")]
        return [Clause("everybody", released & Q(template=cls.Template.ALL_STAFF))]

    @classmethod
    def countable(cls, grants: Grants) -> Q:
        """Nobody counts what they may not open."""
        return cls.visibility(grants)


class BlockQuerySet(VisibleQuerySet):
    def with_words(self):
        """With all that was ever written to them, the newest first."""
        return self.prefetch_related(models.Prefetch("written", BlockWords.objects.select_related("written_by").order_by("-pk")))

    def whole(self):
        return self.select_related("pack__numbers").with_words()


@tracked()
class PackBlock(models.Model):
    """One part of a pack: what it shows by `source`, and what people say about it, which stands in `written`."""

    class Kind(models.TextChoices):
        NARRATIVE = "NARRATIVE", _("Narrative")
        FIGURE = "FIGURE", _("Figures")
        CHART = "CHART", _("Chart")
        TABLE = "TABLE", _("Table")
        DECISION = "DECISION", _("Decision asked")
        DISSENT = "DISSENT", _("Dissent")
        EXCEPTIONS = "EXCEPTIONS", _("Live exceptions")
        LOSSES = "LOSSES", _("Actual losses")
        CHANGE = "CHANGE", _("Change since last pack")

    pack = models.ForeignKey(BoardPack, on_delete=models.PROTECT, related_name="blocks")
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    source = models.CharField(max_length=30)  # a key of pack_templates.SOURCES
    needs_words = models.BooleanField(default=True)
    decision = models.ForeignKey("together.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    position = models.ForeignKey("together.Position", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    own_value = models.JSONField(null=True, blank=True)  # what only this block shows, once frozen
    dispute_is_printed = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ["pack_id", "place", "id"]
        triggers = BLOCK_STAYS
        constraints = [
            models.CheckConstraint(condition=~Q(kind="DECISION") | Q(decision__isnull=False), name="a_decision_block_names_one"),
            models.CheckConstraint(condition=~Q(kind="DISSENT") | Q(position__isnull=False), name="a_dissent_block_names_one"),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id}: {self.kind} {self.source}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open its pack."""
        return Q(pack__in=BoardPack.objects.filter(BoardPack.visibility(grants)))

    def said(self, part: str) -> "BlockWords | None":
        """The newest words of one part, None where there are none or they were taken back."""
        written = (one for one in self.written.all() if one.part == part)  # in whichever order they were read
        newest = max(written, key=lambda one: one.pk, default=None)
        return newest if newest is not None and newest.text else None

    @property
    def words(self) -> "BlockWords | None":
        return self.said(BlockWords.Part.WORDS)

    @property
    def answer(self) -> "BlockWords | None":
        """Of a dissent: what the other office says to it."""
        return self.said(BlockWords.Part.ANSWER)

    @property
    def dispute(self) -> "BlockWords | None":
        """What an office holds against the number that stands here."""
        return self.said(BlockWords.Part.DISPUTE)

    @property
    def lacks_words(self) -> bool:
        return self.needs_words and self.words is None


class BlockWords(models.Model):
    """What somebody wrote to a block: each writing is a row, the newest counts, an empty one takes back. No row is ever changed."""

    class Part(models.TextChoices):
        WORDS = "WORDS", _("Words")
        ANSWER = "ANSWER", _("Answer")
        DISPUTE = "DISPUTE", _("Dispute")

    block = models.ForeignKey(PackBlock, on_delete=models.PROTECT, related_name="written")
    part = models.CharField(max_length=7, choices=Part)
    text = models.TextField(blank=True)
    office = models.CharField(max_length=8, blank=True)  # the seat of whoever wrote a dissent, an answer or a dispute
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = [*APPEND_ONLY, WORDS_STAY]
        indexes = [models.Index(fields=["block", "part", "-id"], name="words_of_a_block")]

    def __str__(self) -> str:
        return f"{self.block_id} {self.part}"
