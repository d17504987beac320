"""A worker that reads one run and stops amid its third batch of comparisons, until somebody lets it go on or kills it.

Run as `python -m tests.assets.discovery.interrupted RUN GATE`; GATE is an advisory lock that somebody else holds.
"""

import sys

import django

BATCH = 5
STOPS_IN_BATCH = 3


def main(run_id: int, gate: int) -> None:
    django.setup()
    from django.db import connection

    from assets.discovery import reading

    propose, batches = reading._propose, []

    def stopping(*arguments):
        propose(*arguments)
        batches.append(arguments)
        if len(batches) == STOPS_IN_BATCH:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [gate])

    reading.BATCH, reading._propose = BATCH, stopping
    reading.read(run_id)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
