from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "portal.workbench"

    def ready(self):
        from portal.workbench import receivers, registered  # noqa: F401
