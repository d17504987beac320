from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "portal.web"

    def ready(self):
        from portal.record import sealing, totals
        from portal.web import metrics

        metrics.gauge("concord_unsealed_entries", "Audit entries without a seal.", lambda: sealing.tail().count)
        metrics.gauge("concord_unsealed_age_seconds", "Age of the oldest one [s].", lambda: sealing.tail().age_seconds)
        metrics.gauge("concord_unfolded_totals", "Changes of totals that are not summed up yet.", totals.waiting)
