from django.apps import AppConfig


class ChangeConfig(AppConfig):
    name = "governance.change"

    def ready(self):
        from governance.change import (  # noqa: F401
            achievement_feeds,
            agenda_feed,
            aims,
            alignment_feeds,
            culture_feed,
            fault_feed,
            registered,
            registered_calendar,
            registered_editions,
            registered_ledger,
            registered_lists,
        )
