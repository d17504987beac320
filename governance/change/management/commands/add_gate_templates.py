"""`manage.py add_gate_templates`: adds the criteria of gates that come with the portal and are not here yet."""

from typing import Any

from django.core.management.base import BaseCommand

from governance.change import gate_templates


class Command(BaseCommand):
    help = "Adds the criteria of gates that come with the portal and are not here yet; `make up` calls this."

    def handle(self, *args: Any, **options: Any) -> None:
        for template in gate_templates.add_shipped():
            self.stdout.write(f"{template}: {template.criteria.count()} criteria in our own words.")
