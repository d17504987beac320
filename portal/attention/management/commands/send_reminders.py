"""Remind and mail now, without waiting for beat or for anybody's 08:00."""

from django.core.management.base import BaseCommand

from portal.attention import digests, reminders


class Command(BaseCommand):
    help = (
        "Write the reminders that are due and send each person's digest of the day at once; running it twice sends nothing twice."
    )

    def handle(self, *args, **options):
        written = reminders.remind()
        run = digests.send_due(at_once=True)
        self.stdout.write(f"{written} reminders written, {run.sent} digests sent, {run.failed} failed.")
