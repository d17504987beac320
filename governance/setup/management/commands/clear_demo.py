"""`manage.py clear_demo`: empties a demo portal, so that an organisation of one's own moves in."""

import os
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from governance.compliance import frameworks
from governance.setup import clearing
from portal.errors import ConcordError
from portal.people.models import Organisation
from portal.settings.environment import ROOT


class Command(BaseCommand):
    help = "Clears the demo organisation, its record included. Impossible on a real organisation."

    def add_arguments(self, parser):
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--asked", action="store_true", help="as an administrator asked under Settings a moment ago")
        how.add_argument("--name", help="the name of the demo organisation, so that nothing is cleared by mistake")
        parser.add_argument(
            "--accounts", type=Path, default=os.environ.get("DEMO_ACCOUNTS", ROOT / "var" / "demo-accounts.json"), metavar="FILE"
        )

    def handle(self, *args, asked: bool, name: str | None, accounts: Path, **options):
        known = Organisation.objects.first()
        try:
            if not asked and known is not None and name != known.name:
                raise CommandError(f"The organisation here is called {known.name}, not {name}.")
            clearing.clear(clearing.opening_asked_for() if asked else "")
        except ConcordError as refusal:
            raise CommandError(str(refusal)) from refusal
        frameworks.add_shipped()
        accounts.unlink(missing_ok=True)
        self.stdout.write("The demo is cleared.")
        if not asked:
            call_command("first_sign_in", stdout=self.stdout)
