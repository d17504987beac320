from django.apps import AppConfig


class TogetherConfig(AppConfig):
    name = "governance.together"

    def ready(self):
        from governance.together import registered, registered_goals, registered_lists  # noqa: F401
