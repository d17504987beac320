"""`manage.py add_frameworks`: adds the frameworks that come with the portal and are not here yet."""

from typing import Any

from django.core.management.base import BaseCommand

from governance.compliance import frameworks


class Command(BaseCommand):
    help = "Adds the frameworks that come with the portal and are not here yet; `make up` calls this."

    def handle(self, *args: Any, **options: Any) -> None:
        for framework in frameworks.add_shipped():
            self.stdout.write(f"{framework}: {framework.requirement_count} items in our own words.")
