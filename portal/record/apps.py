from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordConfig(AppConfig):
    name = "portal.record"

    def ready(self):
        from portal.record import migrating, privileges, sealing

        migrating.lighten()
        post_migrate.connect(privileges.grant, sender=self)
        post_migrate.connect(sealing.settle_mark, sender=self)
