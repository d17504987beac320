from django.apps import AppConfig


class AttentionConfig(AppConfig):
    name = "portal.attention"

    def ready(self):
        from portal.attention import inbox, registered  # noqa: F401
        from portal.web import shell

        shell.count_with(inbox.rail_counts)
