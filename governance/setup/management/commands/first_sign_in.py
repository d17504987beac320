"""`manage.py first_sign_in`: the link by which the first person comes into an empty portal."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.people import openings
from portal.people.errors import SomebodyThere
from portal.settings.environment import ROOT


class Command(BaseCommand):
    help = "Prints a link, good once and for a day, by which the first person comes in; it also goes to var/first-sign-in.txt."

    def add_arguments(self, parser):
        parser.add_argument(
            "--file", type=Path, default=os.environ.get("FIRST_SIGN_IN", ROOT / "var" / "first-sign-in.txt"), metavar="FILE"
        )
        parser.add_argument("--digest", default="", help="keep the link with this SHA-256, and print none")

    def handle(self, *args, file: Path, digest: str, **options):
        try:
            token = openings.issue(digest)
        except SomebodyThere as refusal:
            file.unlink(missing_ok=True)
            raise CommandError(str(refusal)) from refusal
        if digest:
            return
        link = openings.link_of(token)
        _write_privately(file, f"{link}\n")
        self.stdout.write("Nobody lives in this portal yet. The first person comes in by this link, once, within 24 hours:")
        self.stdout.write(link)


def _write_privately(file: Path, text: str) -> None:
    """Readable by its owner alone, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
    draft.replace(file)
