"""`manage.py import_kev FILE`: takes in the list of known exploited vulnerabilities."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assets.exploited import catalogue
from portal.errors import ConcordError
from portal.people.models import User


class Command(BaseCommand):
    help = "Takes in FILE: the list of known exploited vulnerabilities as CISA publishes it, as JSON; prints what it did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--as", dest="email", help="e-mail of the account that takes it in; by default the portal itself")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            with path.open("rb") as stream:
                done = catalogue.take_in(stream, actor=self._account(options["email"]))
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from None
        except ConcordError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_summary(done))

    def _account(self, email: str | None) -> User | None:
        if email is None:
            return None
        found = User.objects.filter(email__iexact=email, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active account {email}.")
        return found


def _summary(done: catalogue.Intake) -> str:
    listing = done.listing
    if not done.is_new:
        return f"The list of {listing.edition} is here already; nothing changes."
    told = f"The list of {listing.edition}: {listing.entry_count} vulnerabilities, {listing.added_count} new,"
    told += f" {listing.changed_count} changed, {listing.withdrawn_count} withdrawn."
    return f"{told} {done.confirmed_count} earlier findings confirmed, {done.unlisted_count} no longer listed."
