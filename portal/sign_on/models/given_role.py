"""A role that somebody has by a group, and not by an administrator's hand."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GivenRole(models.Model):
    """It ends when no source says so any more. A role that was given by hand has no row here and is left alone."""

    class Source(models.TextChoices):
        PROVIDER = "PROVIDER", _("the identity provider, at sign-in")
        DIRECTORY = "DIRECTORY", _("the directory, by SCIM")

    assignment = models.ForeignKey("people.RoleAssignment", on_delete=models.PROTECT, related_name="given")
    source = models.CharField(max_length=9, choices=Source)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "source"], name="a_source_gives_a_role_once")]

    def __str__(self) -> str:
        return f"{self.assignment} · {self.get_source_display()}"
