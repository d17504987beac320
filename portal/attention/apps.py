from django.apps import AppConfig


class AttentionConfig(AppConfig):
    name = "portal.attention"

    def ready(self):
        from portal.attention import registered  # noqa: F401
