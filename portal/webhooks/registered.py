"""What this room adds to the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.people import duties

subjects.register(
    subjects.Subject(
        kind="webhook",
        model="webhooks.Subscription",
        word=_("webhook"),
        plural=_("webhooks"),
        resource="webhooks",
        url=lambda one: reverse("webhooks:webhook", args=[one.pk]),
        label=str,
        unit=lambda one: None,
        related=["reader"],
        is_spoken_of=False,
    )
)
duties.WORDS["webhooks.change_webhook"] = _("tell other systems what happens, and stop telling them")
