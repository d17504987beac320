"""What waits for the caller's signature, as the cards of *Answer* show it; answered in `signature-requests` and `decisions`."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from governance.together import answers, talking
from portal.signing import signatures
from portal.web.api.door import Door
from portal.web.api.router import resources

MONEY = {"max_digits": 18, "decimal_places": 2, "allow_null": True}


class AnswerCardSerializer(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.IntegerField(source="pk")
    label = serializers.CharField()
    question = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    money = serializers.DecimalField(help_text="What it costs, in the organisation's currency.", **MONEY)
    waiting_costs = serializers.DecimalField(help_text="The loss that a week of waiting leaves open.", **MONEY)
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField(allow_null=True)
    has_changed = serializers.BooleanField(help_text="Since the caller's office signed it.")
    page = serializers.CharField(source="url")


class MirroredSerializer(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.IntegerField(source="pk")
    label = serializers.CharField()
    offices = serializers.ListField(child=serializers.CharField(), help_text="With which it lies.")
    since = serializers.DateTimeField()
    page = serializers.CharField(source="url")


class TalkSerializer(serializers.Serializer):
    kind = serializers.CharField(max_length=40)
    id = serializers.IntegerField()


class AnswersSerializer(serializers.Serializer):
    """At most seven cards, by date, money and who waits; and the mirror."""

    cards = AnswerCardSerializer(many=True)
    waiting_for_others = MirroredSerializer(many=True)


class AnswerViewSet(Door, ViewSet):
    """What waits for the caller, and what the caller waits for."""

    permission = signatures.SIGN

    @extend_schema(responses=AnswersSerializer(many=False), operation_id="answers_retrieve")
    def list(self, request: Request) -> Response:
        """The cards and the mirror."""
        found = {"cards": answers.cards(request.user), "waiting_for_others": answers.mirror(request.user, None)[0]}
        return Response(AnswersSerializer(found).data)

    @extend_schema(request=TalkSerializer, responses={200: AnswersSerializer(many=False)})
    @action(detail=False, methods=["post"])
    def talk(self, request: Request) -> Response:
        """Put what waits for your signature on the pair's agenda instead of answering it now."""
        told = TalkSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        talking.ask(answers.asked(told.validated_data["kind"], told.validated_data["id"], request.user), actor=request.user)
        return self.list(request)


resources.register("answers", AnswerViewSet)
