"""A worker that writes one import and stops amid its rows, until somebody lets it go on or kills it.

Run as `python -m tests.portal.workbench.interrupted IMPORT GATE`; GATE is an advisory lock that somebody else holds.
"""

import sys

import django

STOPS_AT_ROW = 13


def main(pk: int, gate: int) -> None:
    django.setup()
    from django.db import connection

    from portal.workbench import applying, work

    written, rows = applying._written, []

    def stopping(row, *arguments):
        result = written(row, *arguments)
        rows.append(row)
        if len(rows) == STOPS_AT_ROW:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [gate])
        return result

    applying._written = stopping
    work.work(pk)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
