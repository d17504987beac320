from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "portal.people"

    def ready(self):
        from portal import celery  # noqa: F401  (so that every process sends its tasks to our broker)
        from portal.people import registered  # noqa: F401
