from django.apps import AppConfig


class SignOnConfig(AppConfig):
    name = "portal.sign_on"

    def ready(self):
        from portal.sign_on import registered  # noqa: F401
