"""`manage.py import_profile FILE`: lets a profile be as the sheet of one says, in a portal where it is not known yet."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from governance.compliance import profile_sheet, profiles
from governance.compliance.models import Framework, Profile
from portal.errors import ConcordError
from portal.people.models import Unit


class Command(BaseCommand):
    help = "Takes in FILE, the sheet of a profile: owners, levels of each office, what counts, targets, notes and tiers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--framework", metavar="KEY", required=True, help="key of the framework it is a profile of")
        parser.add_argument("--unit", metavar="NAME", help="the part of the organisation; by default all of it")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        framework = Framework.objects.filter(key=options["framework"], state=Framework.State.CURRENT).first()
        if framework is None:
            raise CommandError(f"There is no framework {options['framework']}. Import its catalog first.")
        unit = self._unit(options["unit"])
        try:
            with path.open("rb") as stream, transaction.atomic():
                known = Profile.objects.current().filter(framework=framework, unit=unit).select_related("framework", "unit").first()
                profile = known or profiles.open_one(framework, unit, actor=None)
                changed = profile_sheet.take_in(profile, stream, actor=None)
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from None
        except ConcordError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{profile}: {changed} requirements are as in this file now." if changed else f"{profile} is as in this file."
        )

    def _unit(self, name: str | None) -> Unit:
        rows = Unit.objects.filter(archived_at=None)
        found = list((rows.filter(name=name) if name else rows.filter(parent=None))[:2])
        if len(found) != 1:
            raise CommandError(
                f"{'No' if not found else 'More than one'} part of the organisation is called {name or 'the whole'}."
            )
        return found[0]
