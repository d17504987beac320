from django.apps import AppConfig


class AttentionConfig(AppConfig):
    name = "portal.attention"

    def ready(self):
        from portal.attention import digests, inbox, of_people, registered  # noqa: F401
        from portal.people import reach
        from portal.web import metrics, shell

        of_people.register()
        reach.read_beside(inbox.TOLD_OF, inbox.TOLD_OF_SELECT)
        shell.count_with(inbox.rail_counts)
        metrics.gauge("concord_failing_digests", "Digests whose mail failed and is tried again.", lambda: digests.failing()[0])
        metrics.gauge("concord_failing_digest_attempts", "The most attempts made for one of them.", lambda: digests.failing()[1])
