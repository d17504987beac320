"""manage.py invitation_link EMAIL: hand over an invitation where mail does not go out."""

from django.core.management.base import BaseCommand, CommandError

from portal.errors import ConcordError
from portal.people import doors


class Command(BaseCommand):
    help = (
        "Prints a fresh link of whoever was invited by EMAIL, last on its line; the earlier link leads nowhere. "
        "Stands in the record."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *args, email: str, **options):
        try:
            self.stdout.write(f"The link works once, for a week: {doors.print_link(email)}")
        except ConcordError as refusal:
            raise CommandError(str(refusal)) from refusal
