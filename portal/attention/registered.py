"""Which kinds this app adds to the registry."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.subjects import Subject, register

register(
    Subject(
        kind="review",
        model="attention.Review",
        word=_("review"),
        plural=_("reviews"),
        resource="reviews",
        page="attention:review",
        url=lambda review: reverse("attention:review", args=[review.pk]),
        label=lambda review: gettext("Review due on %(day)s") % {"day": review.due_on.isoformat()},
        unit=lambda review: None,
    )
)
register(
    Subject(
        kind="reminder",
        model="attention.Reminder",
        word=_("reminder"),
        plural=_("reminders"),
        resource="inbox",
        url=lambda reminder: reverse("attention:reminder", args=[reminder.pk]),
        label=lambda reminder: str(reminder.stage.label),
        unit=lambda reminder: None,
        is_spoken_of=False,
    )
)
