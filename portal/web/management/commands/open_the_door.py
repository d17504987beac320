"""manage.py open_the_door EMAIL: where no administrator is left, make one at the host."""

from django.core.management.base import BaseCommand, CommandError

from portal.errors import ConcordError, Invalid
from portal.people import doors


class Command(BaseCommand):
    help = (
        "Makes the person of EMAIL an administrator and prints a link by which they come in, last on its line. "
        "Stands in the record; auditors and leaders are told by mail."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="makes an account of this name where nobody has that e-mail")

    def handle(self, *args, email: str, name: str, **options):
        try:
            opened = doors.open_door(email, name=name)
        except Invalid as refusal:
            told = "; ".join(str(sentence) for sentences in refusal.fields.values() for sentence in sentences)
            raise CommandError(f"{refusal} {told}") from refusal
        except ConcordError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{opened.user.email} is an administrator now; {opened.told} auditors and leaders are told by mail.")
        self.stdout.write(f"The link works once, for a week: {opened.link}")
