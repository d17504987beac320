from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class WorkbenchConfig(AppConfig):
    name = "portal.workbench"

    def ready(self):
        from portal.workbench import receivers, registered, search_index  # noqa: F401

        pre_migrate.connect(search_index.unfollow, sender=self)
        post_migrate.connect(search_index.follow, sender=self)
