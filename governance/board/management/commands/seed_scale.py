"""`seed_scale`: fills the portal with as many assets and risks as one wants to measure it with."""

import time

from django.core.management.base import BaseCommand

from governance.board import scale


class Command(BaseCommand):
    help = "Adds assets and risks, the same each time, with scores and totals. Run it as the database's owner."

    def add_arguments(self, parser):
        parser.add_argument("--assets", type=int, default=0)
        parser.add_argument("--risks", type=int, default=0)
        parser.add_argument("--initiatives", type=int, default=0, help="counted from the day initiatives are kept")

    def handle(self, *, assets, risks, initiatives, **options):
        started = time.monotonic()
        scale.build(assets, risks)
        scale.analyse()
        written = max((written for _, written in scale.rescore()), default=0)
        scale.analyse()
        seconds = time.monotonic() - started
        self.stdout.write(f"{assets} assets and {risks} risks added, {written} scores written, in {seconds:.1f} s.")
        if initiatives:
            self.stdout.write("The portal keeps no initiatives yet; none were added.")
