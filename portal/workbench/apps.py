from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class WorkbenchConfig(AppConfig):
    name = "portal.workbench"

    def ready(self):
        from portal.web import directory, metrics
        from portal.workbench import listed, own_jobs, receivers, registered, search_index  # noqa: F401

        metrics.gauge("concord_waiting_jobs", "Imports and bulk edits for a worker to do.", lambda: own_jobs.lag()[0])
        metrics.gauge("concord_job_age_seconds", "Since nothing was noted of the slowest one [s].", lambda: own_jobs.lag()[1])
        directory.add_group(_("Tables"), listed.places)
        pre_migrate.connect(search_index.unfollow, sender=self)
        post_migrate.connect(search_index.follow, sender=self)
