"""Brings database and static files to the state of this code, as the owner, in one process: `make up` is to be quick."""

import os
import sys

os.environ["CONCORD_DATABASE_ROLE"] = "owner"  # before the settings are read


def main() -> int:
    import django
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if os.environ.get("DEMO") != "0" and not get_user_model().objects.exists():
        print("Building the demo organisation …", flush=True)
        call_command("seed_demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
