"""Webhooks by program: begin, ping, stop, start, another secret, send again, end; and the log of deliveries."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.webhooks import subscriptions
from portal.webhooks.models import Delivery, Subscription

MAY = subscriptions.MAY


class WebhookSerializer(RowSerializer):
    reader = Linked("user", help_text="The service account as whom the log is read.")
    events = serializers.ListField(
        child=serializers.CharField(max_length=80),
        required=False,
        max_length=subscriptions.MOST_EVENTS,
        help_text='Kinds ("risk") and verbs ("risk.closed"); empty: everything.',
    )

    class Meta:
        model = Subscription
        fields = ["id", "name", "url", "events", "reader", "after_seq", "created_at", "failing_since", "stopped_at", "stop_reason"]
        read_only_fields = ["after_seq", "created_at", "failing_since", "stopped_at", "stop_reason"]


class NewWebhookSerializer(WebhookSerializer):
    """With its secret, shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class DeliverySerializer(RowSerializer):
    class Meta:
        model = Delivery
        fields = [
            *(
                "id",
                "message_id",
                "place",
                "seq",
                "verb",
                "created_at",
                "attempts",
                "next_attempt_at",
                "delivered_at",
                "dropped_at",
            ),
            *("last_status", "last_error"),
        ]
        read_only_fields = fields


class ReplaySerializer(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, max_value=2**63 - 1, help_text="Messages beyond this place.")


class ReplayedSerializer(serializers.Serializer):
    messages = serializers.IntegerField(help_text="How many are sent again.")


class WebhookViewSet(ReadSet):
    """Addresses that are told of the sealed log, by the rules of Standard Webhooks. To change one, begin another and end it."""

    kind = "webhook"
    serializer_class = WebhookSerializer
    permission, write_permission = MAY, MAY
    ordering_fields = ("created_at",)

    @extend_schema(request=WebhookSerializer, responses={201: NewWebhookSerializer})
    def create(self, request: Request) -> Response:
        """Begin one; 422 where its address lies inside or its account is no service account."""
        asked = WebhookSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        one, secret = subscriptions.subscribe(actor=request.user, **asked.validated_data)
        return Response(self._with(one, secret), status=201, headers={"Location": f"{request.path}{one.pk}/"})

    @state_change(MAY)
    def ping(self, instance: Subscription, validated: Any, actor: Any) -> None:
        """Send a message that says nothing."""
        subscriptions.ping(instance, actor=actor)

    @state_change(MAY)
    def stopping(self, instance: Subscription, validated: Any, actor: Any) -> Subscription:
        """Say nothing until it is started again."""
        return subscriptions.stop(instance, actor=actor)

    @state_change(MAY)
    def starting(self, instance: Subscription, validated: Any, actor: Any) -> Subscription:
        """Go on, with what happened meanwhile first."""
        return subscriptions.start(instance, actor=actor)

    @state_change(MAY, response=NewWebhookSerializer, tries=False)
    def secret(self, instance: Subscription, validated: Any, actor: Any) -> Subscription:
        """Another secret, shown this once; the former one signs as well for a day."""
        one, made = subscriptions.change_secret(instance, actor=actor)
        one.secret = made
        return one

    @state_change(MAY, request=ReplaySerializer, response=ReplayedSerializer)
    def replay(self, instance: Subscription, validated: Any, actor: Any) -> dict[str, int]:
        """Send messages again, each under its own id."""
        return {"messages": subscriptions.replay(instance, actor=actor, **validated)}

    @state_change(MAY)
    def ending(self, instance: Subscription, validated: Any, actor: Any) -> Subscription:
        """Send nothing more, for good."""
        return subscriptions.end(instance, actor=actor)

    def _with(self, one: Subscription, secret: str) -> Any:
        one.secret = secret
        return NewWebhookSerializer(one, context=self.get_serializer_context()).data


class DeliveryFilters(django_filters.FilterSet):
    class Meta:
        model = Delivery
        fields = ["verb", "seq"]


@extend_schema(parameters=[OpenApiParameter("run", int, OpenApiParameter.PATH, description="The webhook.")])
class DeliveryViewSet(ReadSet):
    """What became of each message of one webhook."""

    resource = "webhooks"
    queryset = Delivery.objects.none()
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilters
    permission, write_permission = MAY, MAY
    webhook_id = 0

    def dispatch(self, request: Any, *args: Any, run: str, **kwargs: Any) -> Any:
        self.webhook_id = int(run)
        return super().dispatch(request, *args, **kwargs)

    def queryset_for(self, user: Any) -> QuerySet:
        return Delivery.objects.visible_to(user).filter(subscription=self.webhook_id)

    def list(self, request: Any) -> Any:
        get_object_or_404(Subscription.objects.visible_to(request.user), pk=self.webhook_id)
        return super().list(request)


resources.register("webhooks", WebhookViewSet)
resources.register(r"webhooks/(?P<run>[0-9]{1,18})/deliveries", DeliveryViewSet, "webhook-deliveries")
