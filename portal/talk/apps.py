from django.apps import AppConfig


class TalkConfig(AppConfig):
    name = "portal.talk"

    def ready(self):
        from portal.talk import registered  # noqa: F401
