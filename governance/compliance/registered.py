"""Which kinds this room adds to the registry."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.archive import changes

subjects.register(
    subjects.Subject(
        kind="framework",
        model="compliance.Framework",
        word=_("framework"),
        plural=_("frameworks"),
        resource="frameworks",
        url=lambda framework: reverse("compliance:framework", args=[framework.pk]),
        label=str,
        unit=lambda _framework: None,
    )
)
subjects.register(
    subjects.Subject(
        kind="requirement",
        model="compliance.Requirement",
        word=_("requirement"),
        plural=_("requirements"),
        resource="requirements",
        url=lambda requirement: reverse("compliance:requirement", args=[requirement.pk]),
        label=str,
        unit=lambda _requirement: None,
        related=("framework",),
    )
)
changes.words("framework", fields={"edition": _("Version"), "state": _("State"), "name": _("Name"), "digest": _("Fingerprint")})
