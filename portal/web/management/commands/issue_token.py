"""manage.py issue_token EMAIL --scope risks:write …: a token for the API, printed once."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.errors import ConcordError, Invalid
from portal.people import service_accounts, tokens
from portal.people.models import Unit, User
from portal.web.api.scopes import resources


class Command(BaseCommand):
    help = "Issues a token for EMAIL and prints it once, last on its line. An unknown EMAIL becomes a service account."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--scope", dest="scopes", action="extend", nargs="+", required=True, metavar="RESOURCE:read|write")
        parser.add_argument("--days", type=int, default=90, help="how long it lives (default 90)")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument("--from", dest="networks", action="extend", nargs="+", default=[], metavar="NETWORK")

    def handle(self, *args, email: str, scopes: list[str], days: int, name: str, networks: list[str], **options):
        known = resources()
        unknown = sorted({scope.partition(":")[0] for scope in scopes} - known)
        if unknown:
            raise CommandError(f"No resource is called {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
        try:
            with transaction.atomic():
                user = User.objects.filter(email__iexact=email.strip()).first() or self._service_account(email)
                token, secret = tokens.issue(user, name or "API", scopes, actor=None, days=days, allowed_addresses=networks)
        except Invalid as refusal:
            told = "; ".join(str(sentence) for sentences in refusal.fields.values() for sentence in sentences)
            raise CommandError(f"{refusal} {told}") from refusal
        except ConcordError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Token for {user.email} ({', '.join(token.scopes)}) until {token.expires_at:%Y-%m-%d}: {secret}")

    def _service_account(self, email: str) -> User:
        company = Unit.objects.filter(parent=None, archived_at=None).first()
        if company is None:
            raise CommandError("There is no organisation yet: run seed_demo or the set-up first.")
        user = service_accounts.make(email, email.partition("@")[0], unit=company, actor=None)
        self.stderr.write(f"There was no account {user.email}: a service account was made, for the whole organisation.")
        return user
