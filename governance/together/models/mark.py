"""Which option each leader would take, blind until both have said so."""

from django.conf import settings
from django.db import models

from governance.together.models.charter import Office
from governance.together.models.decision import Decision
from portal import clock
from portal.history import APPEND_ONLY

SEATS = [(one.value, one.label) for one in (Office.CIO, Office.CISO)]


class _Marked(models.Model):
    """An option by its letter, as the options stood then (`digest`)."""

    office = models.CharField(max_length=8, choices=SEATS)
    letter = models.CharField(max_length=1)
    reason = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_substitute = models.BooleanField(default=False)
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class BlindMark(_Marked):
    """What an office would take before the other has said so. No history, no audit content; gone once both are revealed."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "office"], name="an_office_marks_blind_once")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.office}"


class OptionMark(_Marked):
    """A mark that both leaders can read. No row is ever changed."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="marks")
    known_at = models.DateTimeField(default=clock.now)  # when the other office could read it

    class Meta:
        triggers = APPEND_ONLY
        ordering = ["decision_id", "id"]
        constraints = [models.UniqueConstraint(fields=["decision", "digest", "office"], name="an_office_marks_an_offer_once")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.office}"
