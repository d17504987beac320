from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "governance.compliance"

    def ready(self):
        from governance.compliance import registered, registered_audits, registered_kept  # noqa: F401
