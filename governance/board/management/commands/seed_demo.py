"""`manage.py seed_demo`: fills an empty portal with the demo organisation."""

import json
import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from governance.board.demo.build import AlreadySettled, build
from portal.celery import app
from portal.settings.environment import ROOT


class Command(BaseCommand):
    help = "Fill an empty portal with the demo organisation; its sign-ins go to var/demo-accounts.json."

    def add_arguments(self, parser):
        parser.add_argument(
            "--accounts", type=Path, default=os.environ.get("DEMO_ACCOUNTS", ROOT / "var" / "demo-accounts.json"), metavar="FILE"
        )

    def handle(self, *args, accounts: Path, **options):
        app.conf.task_always_eager = True  # the wake-ups of nine months need no worker
        settings.CELERY_TASK_ALWAYS_EAGER = True
        draft = accounts.with_suffix(".new")
        try:
            doors = build()
        except AlreadySettled as error:
            raise CommandError("Somebody lives in this portal already; the demo moves only into an empty one.") from error
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(doors, file, indent=2)
        draft.replace(accounts)
        self.stdout.write(f"Verrow Manufacturing moved in; its sign-ins are in {accounts.name}.")
