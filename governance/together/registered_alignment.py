"""What this room adds to the registry of kinds for alignment: what each office said about being measured."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects

subjects.register(
    subjects.Subject(
        kind="alignment-consent",
        model="together.AlignmentConsent",
        word=_("word on alignment"),
        plural=_("words on alignment"),
        resource="alignment-consents",
        url=lambda _consent: reverse("together:alignment"),
        label=str,
        unit=lambda _consent: None,
        related=("said_by",),
        is_spoken_of=False,  # an office says it anew rather than discussing it
    )
)
