from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "portal.archive"

    def ready(self):
        from portal.archive import heads, registered  # noqa: F401
        from portal.web import metrics

        metrics.gauge("concord_missing_day_heads", "Days that are over and whose head is not noted.", lambda: len(heads.missing()))
        metrics.gauge("concord_head_letter_age_seconds", "Since the oldest mail with a head waits [s].", heads.lag_seconds)
