from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "portal.signing"

    def ready(self):
        from portal.people import open_answers
        from portal.signing import signatures

        open_answers.void_with("signature", signatures.void)
