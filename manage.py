#!/usr/bin/env python
"""The developer's door: Django's commands and Concord's own."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

# These lay out or refill the database itself; everything else works with the application's narrow role.
AS_OWNER = {"backup", "clear_demo", "migrate", "restore", "seed_demo", "seed_scale", "sqlmigrate", "showmigrations"}
NO_DATABASE = "The database does not answer: run `make up` in another terminal, or set DATABASE_URL."


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")
    if len(sys.argv) > 1 and sys.argv[1] in AS_OWNER:
        os.environ["CONCORD_DATABASE_ROLE"] = "owner"
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None):  # the server answered, and refused
            raise
        sys.exit(NO_DATABASE)
    except ImproperlyConfigured as error:
        if "NAME or OPTIONS['service']" not in str(error):  # Django's words for no address at all
            raise
        sys.exit(NO_DATABASE)


if __name__ == "__main__":
    main()
