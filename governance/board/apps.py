from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "governance.board"

    def ready(self):
        from governance.board import alignment_feed, dashboard, keeping, rail, registered  # noqa: F401
        from portal.attention import digests
        from portal.web import shell

        shell.count_with(rail.counts)
        digests.set_position_sentence(dashboard.sentence_for)
