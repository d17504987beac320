"""webhooks/."""

from django.urls import path

from portal.webhooks.views import subscriptions

app_name = "webhooks"

urlpatterns = [
    path("webhooks/", subscriptions.listed, name="webhooks"),
    path("webhooks/<int:pk>/", subscriptions.detail, name="webhook"),
    path("webhooks/<int:pk>/ping/", subscriptions.ping, name="webhook-ping"),
    path("webhooks/<int:pk>/stopping/", subscriptions.stopping, name="webhook-stopping"),
    path("webhooks/<int:pk>/starting/", subscriptions.starting, name="webhook-starting"),
    path("webhooks/<int:pk>/secret/", subscriptions.secret, name="webhook-secret"),
    path("webhooks/<int:pk>/messages/<int:message_pk>/replay/", subscriptions.replay, name="webhook-replay"),
    path("webhooks/<int:pk>/ending/", subscriptions.ending, name="webhook-ending"),
]
