"""`seed_scale`: fills the portal with as many assets, risks and initiatives as one wants to measure it with."""

import time

from django.core.management.base import BaseCommand

from governance.board import scale


class Command(BaseCommand):
    help = "Adds assets, risks and initiatives, the same each time, with scores and totals. Run it as the database's owner."

    def add_arguments(self, parser):
        parser.add_argument("--assets", type=int, default=0)
        parser.add_argument("--risks", type=int, default=0)
        parser.add_argument("--initiatives", type=int, default=0, help="at all stages, each with gates and milestones")
        parser.add_argument("--losses", action="store_true", help="with an estimate in money of every open risk")

    def handle(self, *, assets, risks, initiatives, losses, **options):
        started = time.monotonic()
        scale.build(assets, risks)
        if initiatives:
            scale.build_initiatives(initiatives)
        if losses:
            scale.build_estimates()
        scale.analyse()
        written = max((written for _, written in scale.rescore()), default=0)
        scale.analyse()
        seconds = time.monotonic() - started
        added = f"{assets} assets, {risks} risks and {initiatives} initiatives added"
        self.stdout.write(f"{added}, {written} scores written, in {seconds:.1f} s.")
