"""Brings database and static files to the state of this code, as the owner, in one process: `make up` is to be quick."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST_SIGN_IN = Path(__file__).resolve().parents[2] / "var" / "first-sign-in.txt"  # where `make up` names no other place
os.environ["CONCORD_DATABASE_ROLE"] = "owner"  # before the settings are read


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Two who start from one folder of code would take each other's files away; the lock ends with whoever holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    from portal.people import openings

    call_command("migrate", interactive=False, verbosity=0)
    with alone(Path(settings.STATIC_ROOT).parent):
        call_command("collectstatic", interactive=False, verbosity=0)
    if openings.somebody_lives_here():
        Path(os.environ.get("FIRST_SIGN_IN", FIRST_SIGN_IN)).unlink(missing_ok=True)
    elif os.environ.get("DEMO") != "0" and not openings.was_issued():
        print("Building the demo organisation …", flush=True)
        call_command("seed_demo")
    else:
        call_command("first_sign_in")
    call_command("add_gate_templates")
    call_command("add_frameworks")  # the demo has brought them on a day of its own
    return 0


if __name__ == "__main__":
    sys.exit(main())
