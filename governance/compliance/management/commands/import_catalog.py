"""`manage.py import_catalog FILE`: takes in a catalog or a profile."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.compliance import frameworks
from governance.compliance.models import Framework
from portal.errors import ConcordError
from portal.people.models import User


class Command(BaseCommand):
    help = "Takes in FILE: an OSCAL catalog or profile as JSON, or a CSV list of requirements; prints what it did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--replaces", metavar="KEY", help="key of the framework of which this is a new edition")
        parser.add_argument("--based-on", metavar="KEY", help="key of the catalog that a profile selects from")
        parser.add_argument("--as", dest="email", help="e-mail of the account that takes it in; by default the portal itself")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        named = {name: self._framework(options[name]) for name in ("replaces", "based_on")}
        try:
            with path.open("rb") as stream:
                done = frameworks.take_in(stream, actor=self._account(options["email"]), **named)
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from None
        except ConcordError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(_summary(done))

    def _framework(self, key: str | None) -> Framework | None:
        if key is None:
            return None
        found = Framework.objects.filter(key=key, state=Framework.State.CURRENT).first()
        if found is None:
            known = ", ".join(Framework.objects.order_by("key").values_list("key", flat=True).distinct()) or "none"
            raise CommandError(f"There is no framework {key}. Known are: {known}.")
        return found

    def _account(self, email: str | None) -> User | None:
        if email is None:
            return None
        found = User.objects.filter(email__iexact=email, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active account {email}.")
        return found


def _summary(done: frameworks.Intake) -> str:
    framework = done.framework
    if done.outcome == frameworks.UNCHANGED:
        return f"{framework} ({framework.key}) is as in this file; nothing changes."
    if done.outcome == frameworks.REWORDED:
        return f"{framework} ({framework.key}) has the wording of this file now."
    told = f"{framework} ({framework.key}): {framework.requirement_count} items, {framework.assessable_count} to be assessed."
    if done.outcome == frameworks.OLD_EDITION:
        return f"{told}: an older edition, kept beside the current one."
    if done.outcome == frameworks.NEW_EDITION:
        what = done.comparison
        told += f" {len(what.added)} added, {len(what.changed)} changed, {len(what.withdrawn)} withdrawn, {len(what.kept)} kept."
    return told
