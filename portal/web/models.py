"""What the API remembers of a request, so that a repeated one is answered and not done again."""

from django.conf import settings
from django.db import models

from portal import clock


class IdempotencyKey(models.Model):
    """Inserted first, as the lock; kept 48 hours. The same key with another request is refused."""

    key = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request_digest = models.CharField(max_length=64)  # hex SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return self.key
