from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "portal.webhooks"

    def ready(self):
        from portal.web import metrics
        from portal.webhooks import registered, sending  # noqa: F401

        metrics.gauge("concord_waiting_webhooks", "Webhook deliveries that are due.", sending.waiting)
        metrics.gauge("concord_webhook_age_seconds", "Since the first of them is due [s].", sending.lag_seconds)
