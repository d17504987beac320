"""The files of a released pack, as they went out."""

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from governance.board.models.pack import BoardPack
from portal import clock
from portal.archive.models import Redaction
from portal.history import APPEND_ONLY
from portal.people.access import Grants, VisibleQuerySet


class FileQuerySet(VisibleQuerySet):
    def told(self):
        """Without the bytes, with `disposed_at`: when these went for the time of the pack was over, None while they are there."""
        went = Redaction.objects.filter(
            subject_kind="board-pack", subject_id=OuterRef("pack"), by_retention=True, state=Redaction.State.DONE
        )
        return self.defer("content").annotate(disposed_at=Subquery(went.order_by("decided_at").values("decided_at")[:1]))


class PackFile(models.Model):
    """One file of a released pack with its SHA-256. The bytes stand in the row, so that what keeps the row keeps them; once the
    time of the pack is over they go (`keeping.py`), and the row still tells this file from any other."""

    class Format(models.TextChoices):
        PDF = "PDF", _("PDF")
        XLSX = "XLSX", _("Workbook")
        PPTX = "PPTX", _("Slides")

    pack = models.ForeignKey(BoardPack, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=4, choices=Format)
    content = models.BinaryField()
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)

    objects = FileQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        ordering = ["pack_id", "format"]
        indexes = [models.Index(fields=["sha256"], name="pack_files_by_hash")]
        constraints = [models.UniqueConstraint(fields=["pack", "format"], name="one_file_a_pack_and_format")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.pack.number}.{self.format.lower()}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """Whoever may open its pack."""
        return Q(pack__in=BoardPack.objects.filter(BoardPack.visibility(grants)))
