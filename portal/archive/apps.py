from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "portal.archive"

    def ready(self):
        from portal.archive import registered  # noqa: F401
