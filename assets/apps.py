from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "assets"

    def ready(self):
        from assets import counting, jobs, receivers, registered, registered_lists  # noqa: F401
        from assets.discovery import reading
        from portal.people import units
        from portal.web import metrics

        units.when_moved(counting.moved)

        metrics.gauge("concord_waiting_runs", "Discovery files that wait to be read.", lambda: reading.lag()[0])
        metrics.gauge("concord_waiting_run_age_seconds", "Since the oldest one came [s].", lambda: reading.lag()[1])
