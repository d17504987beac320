"""manage.py restore FILE: the database of a backup, verified."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.errors import ConcordError
from portal.record import backups, restoring


class Command(BaseCommand):
    help = "Fills an empty database from a backup, all or nothing, brings it to this version and verifies its log."
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--replace", action="store_true", help="throw away what the database holds now")

    def handle(self, *args, file: Path, replace: bool = False, **options):
        try:
            manifest, report = restoring.restore(file, replace=replace)
        except ConcordError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(manifest.tables)} tables, {manifest.rows} rows as of {manifest.made_at}")
        self.stdout.write(f"{report.sealed} sealed; the log is what was sealed, up to {report.head or '-'}")
        if manifest.key != backups.key_fingerprint():
            self.stdout.write(
                "SECRET_KEY is not the one of this backup: its second factors cannot be read. Set that key, or enrol anew."
            )
