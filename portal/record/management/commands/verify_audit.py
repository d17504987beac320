"""manage.py verify_audit [--head HASH]: is the sealed log what it was? Exits 0 if so, 1 if not, 2 for a HASH that is none."""

import re

from django.core.management.base import BaseCommand, CommandError

from portal import clock
from portal.record import verification


class Command(BaseCommand):
    help = "Recomputes the chain of the sealed log and says what was changed, removed, reordered or cut off."

    def add_arguments(self, parser):
        parser.add_argument("--head", default="", help="a hash kept elsewhere, as from the day's mail to the auditors")

    def handle(self, *args, head: str = "", **options):
        head = head.strip().lower()
        if head and not re.fullmatch("[0-9a-f]{64}", head):
            raise CommandError("A head is 64 hexadecimal digits: copy it whole from the mail.", returncode=2)
        report = verification.verify(head)
        for finding in report.findings:
            self.stdout.write(f"FOUND {finding}")
        self.stdout.write(f"{report.sealed} sealed, {report.redacted} of them with redacted words; head {report.head or '-'}")
        self.stdout.write(f"{report.redacted_versions} redacted row versions")
        self.stdout.write(self._tail(report))
        if report.findings:
            raise CommandError(f"The log is not what was sealed: {len(report.findings)} found.")
        self.stdout.write("The log is what was sealed.")

    def _tail(self, report: verification.Report) -> str:
        if not report.unsealed or report.oldest_unsealed_at is None:
            return "0 unsealed"
        age = (clock.now() - report.oldest_unsealed_at).total_seconds()
        return f"{report.unsealed} unsealed, the oldest for {max(0, round(age))} s"
