"""Where a person is signed in."""

from django.conf import settings
from django.db import models

from portal import clock


class BrowserSession(models.Model):
    """One sign-in of one browser, from then until it ends; kept for a while as the log of sign-ins. No row history."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="browser_sessions")
    session_key = models.CharField(max_length=40, db_index=True)
    device = models.CharField(max_length=80, blank=True)  # "Firefox on Windows"
    address = models.GenericIPAddressField(null=True, blank=True)
    since = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user"], condition=models.Q(ended_at=None), name="sessions_of_a_person"),
            models.Index(fields=["last_seen_at"], name="sessions_by_last_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"
