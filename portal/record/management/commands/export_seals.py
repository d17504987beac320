"""manage.py export_seals FILE: the sealed log as a list that proves a recalculation file without a database."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.record import chain, verification


class Command(BaseCommand):
    help = "Writes one line a seal: sequence, entry, hash. Words of people are not in it, only their digests."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options):
        count, head = 0, ""
        try:
            with file.open("x", encoding="utf-8") as target:
                for one in verification.sealed():
                    target.write(chain.as_line(one) + "\n")
                    count, head = one.seq, one.hash
        except FileExistsError:
            raise CommandError(f"{file} is there already; name another file.") from None
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{count} seals in {file}; head {head or '-'}")
