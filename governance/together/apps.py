from django.apps import AppConfig


class TogetherConfig(AppConfig):
    name = "governance.together"

    def ready(self):
        from governance.together import (  # noqa: F401
            alignment_feeds,
            keeping,
            registered,
            registered_achievements,
            registered_alignment,
            registered_culture,
            registered_goals,
            registered_kept,
            registered_lists,
            registered_meetings,
        )
