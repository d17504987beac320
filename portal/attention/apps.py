from django.apps import AppConfig


class AttentionConfig(AppConfig):
    name = "portal.attention"

    def ready(self):
        from portal.attention import inbox, registered  # noqa: F401
        from portal.attention.models import Digest
        from portal.web import metrics, shell

        shell.count_with(inbox.rail_counts)
        failing = Digest.objects.filter(state=Digest.State.FAILED)
        metrics.gauge("concord_failing_digests", "Digests whose mail failed and is tried again.", failing.count)
