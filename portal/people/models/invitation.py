"""How a person comes in, and how a second factor comes to a person who has none."""

import secrets

from django.conf import settings
from django.db import models

from portal import clock


def fresh_nonce() -> str:
    return secrets.token_urlsafe(24)


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Those whose link still leads somewhere."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=clock.now())


class Invitation(models.Model):
    """An administrator's leave to set a password and a second factor (ACCOUNT), or a second factor alone (FACTOR). Each step
    is taken once; the link holds `nonce`, signed, so that neither the database alone nor the key alone makes one."""

    class Purpose(models.TextChoices):
        ACCOUNT = "ACCOUNT"
        FACTOR = "FACTOR"

    class State(models.TextChoices):
        OPEN = "OPEN"
        ACCEPTED = "ACCEPTED"  # the password is set, a factor may still follow
        USED = "USED"
        EXPIRED = "EXPIRED"
        REVOKED = "REVOKED"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations")
    purpose = models.CharField(max_length=7, choices=Purpose, default=Purpose.ACCOUNT)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    nonce = models.CharField(max_length=64, default=fresh_nonce)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(default=clock.now)  # when its mail was last asked for
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(used_at=None, revoked_at=None), name="a_person_has_one_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"

    @property
    def standing(self) -> State:
        if self.revoked_at is not None:
            return self.State.REVOKED
        if self.used_at is not None:
            return self.State.USED
        if self.expires_at <= clock.now():
            return self.State.EXPIRED
        return self.State.ACCEPTED if self.accepted_at is not None else self.State.OPEN
