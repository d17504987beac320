from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "portal.people"

    def ready(self):
        from portal import celery  # noqa: F401  (so that every process sends its tasks to our broker)
        from portal.people import held, letters, receivers, registered, tasks, wording  # noqa: F401

        letters.set_up(compose=wording.compose, wake=tasks.send_letters.delay)
