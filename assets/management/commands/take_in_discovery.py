"""Take in a discovery file from the command line, up to 2 GB unpacked, and read it at once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assets.discovery import intake, reading
from assets.models import DiscoveryRun
from portal.errors import ConcordError
from portal.people.models import Unit, User


class Command(BaseCommand):
    help = "Takes in FILE, nmap XML, or an inventory as CSV or Excel, plain or gzip; prints what it proposes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--source", help="who looked, the same each time; by default the file's name")
        parser.add_argument("--unit", help="name or id of the unit that new assets belong to; by default the company")
        parser.add_argument("--as", dest="email", help="e-mail of the account that takes it in; by default the portal itself")
        parser.add_argument("--network", action="append", default=[], help="what the scan covered, where the file does not say")
        parser.add_argument("--heading", action="append", default=[], help="of a list: Standort = location, remembered")
        parser.add_argument("--complete", action="store_true", help="the list is complete: what it leaves out is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            with path.open("rb") as stream:
                run = intake.take_in(
                    stream,
                    options["source"] or path.name[: intake.LONGEST_SOURCE],
                    actor=self._account(options["email"]),
                    unit=self._unit(options["unit"]),
                    file_name=path.name,
                    networks=options["network"],
                    headings=options["heading"],
                    is_complete=options["complete"],
                    limit_bytes=settings.PUSH_UPLOAD_LIMIT,
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from None
        except ConcordError as error:
            raise CommandError(str(error)) from None
        reading.read(run.pk)
        run.refresh_from_db()
        self.stdout.write(self._summary(run))

    def _account(self, email: str | None) -> User | None:
        if email is None:
            return None
        found = User.objects.filter(email__iexact=email, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active account {email}.")
        return found

    def _unit(self, told: str | None) -> Unit:
        units = Unit.objects.filter(archived_at=None)
        if told is None:
            found = list(units.filter(parent=None)[:1])
        else:
            found = list(units.filter(pk=int(told)) if told.isdecimal() else units.filter(name__iexact=told)[:2])
        if len(found) != 1:
            raise CommandError(f"There is no single unit {told}. Give its id." if told else "There is no organisation yet.")
        return found[0]

    def _summary(self, run: DiscoveryRun) -> str:
        if run.state == DiscoveryRun.State.UNCHANGED:
            return f"Run {run.pk}: {run.source} brought this file before; nothing changes."
        kinds = sorted(run.proposals.values_list("kind", flat=True))
        told = ", ".join(f"{kinds.count(kind)} {kind.lower()}" for kind in dict.fromkeys(kinds)) or "nothing to settle"
        return f"Run {run.pk}: {run.observation_count} hosts answered; {told}."
