"""`recompute`: score again what is stale; `--all` every open risk; `--check` only compare."""

from django.core.management.base import BaseCommand, CommandError

from risks import portfolio, recompute
from risks.models import Risk


class Command(BaseCommand):
    help = "Scores again what is stale; with --all every open risk; with --check compares and writes nothing."

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--all", action="store_true", help="every open risk, whether stale or not")
        what.add_argument("--check", action="store_true", help="compare stored scores with a computation from scratch")

    def handle(self, *, all, check, **options):
        if check:
            self._check()
        elif all:
            self._everything()
        else:
            self._stale()

    def _stale(self):
        taken = 0
        while batch := recompute.refresh_batch():
            taken += batch
        self.stdout.write(f"{taken} stale rows done.")

    def _everything(self):
        risks = Risk.objects.open().current().count()
        written = 0
        for done, written in recompute.refresh_all():
            self.stdout.write(f"{done} of {risks} risks, {written} new scores")
        self.stdout.write(f"{risks} risks scored again; {written} scores differed.")

    def _check(self):
        if differing := recompute.differences():
            shown = ", ".join(str(pk) for pk in differing[:20])
            raise CommandError(f"{len(differing)} risks differ from a computation from scratch: {shown}")
        if wrong := portfolio.differing():
            raise CommandError(
                f"{len(wrong)} sums of losses differ from the risks: {', '.join(' '.join(one) for one in wrong[:20])}"
            )
        self.stdout.write("Every score equals a computation from scratch.")
