#!/usr/bin/env python
"""The developer's door: Django's commands and Concord's own."""

import os
import sys

from django.core.management import execute_from_command_line

# These lay out or refill the database itself; everything else works with the application's narrow role.
AS_OWNER = {"migrate", "restore", "seed_demo", "seed_scale", "sqlmigrate", "showmigrations"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")
    if len(sys.argv) > 1 and sys.argv[1] in AS_OWNER:
        os.environ["CONCORD_DATABASE_ROLE"] = "owner"
    execute_from_command_line(sys.argv)
