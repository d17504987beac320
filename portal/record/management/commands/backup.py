"""manage.py backup FILE: everything the database holds, in one file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.record import backups


class Command(BaseCommand):
    help = "Writes everything the database holds, stored files included, into one compressed file."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="must not exist yet; readable by its owner alone")

    def handle(self, *args, file: Path, **options):
        try:
            manifest = backups.write(file)
        except FileExistsError:
            raise CommandError(f"{file} exists: a backup is never written over; take another name.") from None
        except OSError as error:
            raise CommandError(f"{file} cannot be written ({error.strerror}): choose a folder with room.") from None
        size = file.stat().st_size / 1e6
        self.stdout.write(f"{len(manifest.tables)} tables, {manifest.rows} rows, {size:.1f} MB in {file}")
        self.stdout.write(f"The log ends with seal {manifest.head_seq}, {manifest.head or '-'}")
