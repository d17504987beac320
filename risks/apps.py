from django.apps import AppConfig


class RisksConfig(AppConfig):
    name = "risks"

    def ready(self):
        from portal.attention import digests
        from portal.web import metrics
        from risks import (  # noqa: F401
            handing_over,
            handing_over_plans,
            jobs,
            moved_mail,
            receivers,
            registered,
            registered_appetite,
            registered_concerns,
            registered_exceptions,
            registered_formulas,
            registered_indicators,
            registered_kept,
            registered_lists,
            registered_losses,
            registered_plans,
            stale,
        )
        from risks.response import registered as registered_incidents  # noqa: F401
        from risks.response import registered_lists as registered_response_lists  # noqa: F401
        from risks.response import registered_plans as registered_response  # noqa: F401

        digests.add_part(moved_mail.of)
        metrics.gauge("concord_stale_scores", "Rows that wait for a score.", lambda: stale.lag()[0])
        metrics.gauge("concord_stale_age_seconds", "Age of the oldest one [s].", lambda: stale.lag()[1])
