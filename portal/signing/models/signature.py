"""What an office answered, over which content."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import APPEND_ONLY
from portal.signing.models.signature_request import AboutSignable, SignatureRequest


class SignedContent(models.Model):
    """Content that somebody signed or refused, once, under the SHA-256 of its canonical form. A redaction takes words out of it
    and leaves the digest: what was signed can no longer be read, and nobody can claim that it was something else."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.JSONField()  # the material fields, as `content.canonical` writes them

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return self.digest


class SignatureQuerySet(AboutSignable):
    def with_void(self):
        """`is_void`: whether the answer fell away because its seat changed hands."""
        return self.annotate(is_void=Exists(VoidedSignature.objects.filter(signature=OuterRef("pk"))))


class Signature(models.Model):
    """One answer of one office: signed, or refused for a reason. It holds for as long as the subject's content has its digest;
    no row is ever changed."""

    class Kind(models.TextChoices):
        SIGNED = "SIGNED", _("Signed")
        REFUSED = "REFUSED", _("Refused")

    request = models.ForeignKey(SignatureRequest, on_delete=models.PROTECT, related_name="signatures")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=7, choices=Kind)
    office = models.CharField(max_length=8)  # a seat, or an office the kind of the subject knows, as HEAD
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    as_substitute = models.BooleanField(default=False)
    content = models.ForeignKey(SignedContent, on_delete=models.PROTECT, related_name="+")  # its id is the digest
    reason = models.TextField(blank=True)  # of a refusal
    factor_at = models.DateTimeField()  # when the second factor was given that covers this
    signed_at = models.DateTimeField(default=clock.now)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="signatures_of_a_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(kind="SIGNED") | ~Q(reason=""), name="a_refusal_says_why"),
            models.CheckConstraint(condition=Q(factor_at__lte=models.F("signed_at")), name="the_factor_came_first"),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.kind} {self.subject_kind} {self.subject_id}"

    @property
    def digest(self) -> str:
        return self.content_id


class VoidedSignature(models.Model):
    """An answer that fell away before all had signed, because somebody else fills the seat."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="voided")
    voided_at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.signature_id} void"


class SignedOff(models.Model):
    """All offices had signed this very content: once a subject and content, whoever came last."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    content = models.ForeignKey(SignedContent, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id", "content"], name="content_is_signed_off_once")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} {self.content_id}"
