"""manage.py personal_data EMAIL FILE: everything held on one person, as a ZIP for them."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.archive import personal
from portal.people.models import User


class Command(BaseCommand):
    help = "Writes everything held on one person into a ZIP that only its owner may read."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("file", type=Path, help="must not exist yet")

    def handle(self, *args, email: str, file: Path, **options):
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"There is no account {email}: look for its address on the page of users.")
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as into:
                into.write(personal.packed(person, reader=None))
        except OSError as error:
            raise CommandError(f"{file} cannot be written ({error.strerror}): choose another place.") from None
        self.stdout.write(f"What is held on {person.email} is in {file}.")
