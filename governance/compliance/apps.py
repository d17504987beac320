from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "governance.compliance"

    def ready(self):
        from governance.compliance import agenda_feed, registered, registered_audits, registered_kept  # noqa: F401
