"""How the mail with the day's head reads."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.archive.models import HeadLetter
from portal.people import organisations
from portal.people.addresses import absolute


def compose(row: HeadLetter) -> EmailMessage:
    """In the language and zone that are active. Plain text: it is meant to be kept, and compared letter by letter."""
    organisation = organisations.current()
    context = {"head": row.head, "organisation": organisation, "url": absolute(reverse("archive:heads"))}
    return EmailMessage(
        subject=_("Head of the log, %(day)s") % {"day": row.head.day.isoformat()},
        body=render_to_string("archive/mail/head.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[row.recipient.email],
        headers={"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"},
    )
