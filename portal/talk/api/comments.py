"""`/api/v1/comments/?kind=risk&subject=17`: what is said about a subject, and the verbs."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.talk import comments, hearing
from portal.talk.api import about
from portal.talk.models import Comment
from portal.told import row_key
from portal.web.api import etags
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer, only
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.schema import Problem
from portal.web.problems import CONTENT_TYPE


class CommentSerializer(RowSerializer):
    subject = serializers.IntegerField(source="subject_id", read_only=True, help_text="The id of what it is about.")
    answers = serializers.IntegerField(
        source="answers_id", read_only=True, allow_null=True, help_text="The comment with which its thread begins."
    )
    author = Linked("user", read_only=True)
    mentions = Linked("user", many=True, read_only=True)
    resolved_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Comment
        fields = ["id", "subject_kind", "subject", "answers", "text", "author", "mentions", "written_at", "changed_at"]
        fields += ["resolved_at", "resolved_by", "version"]
        read_only_fields = fields


SEARCH = "Part of a name; without it those around the subject are offered."
MENTIONS = "The ids of people who may open the subject; others are refused."


class WritingSerializer(about.SubjectSerializer):
    """What is said, about what, and who shall hear of it."""

    text = serializers.CharField(max_length=comments.LONGEST)
    mentions = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, default=list, max_length=50, help_text=MENTIONS
    )
    answers = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="A comment of the thread."
    )


class WordsSerializer(serializers.Serializer):
    """What it says from now on; what is left out stays."""

    text = serializers.CharField(max_length=comments.LONGEST, required=False)
    mentions = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=50, help_text=MENTIONS)


class SaidSerializer(serializers.Serializer):
    """What a comment said from a moment on."""

    at = serializers.DateTimeField()
    text = serializers.CharField()


class SaidBeforeSerializer(serializers.Serializer):
    """The original first."""

    results = SaidSerializer(many=True)


class HearerSerializer(serializers.Serializer):
    """Somebody who may open the subject."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class HearersSerializer(serializers.Serializer):
    results = HearerSerializer(many=True)


@extend_schema_view(
    list=extend_schema(parameters=about.ABOUT, responses={200: CommentSerializer(many=True), (404, CONTENT_TYPE): Problem})
)
class CommentViewSet(ReadSet):
    """What is said about one subject: whoever may open it reads it all. POST says something, PATCH says it otherwise (its author
    alone); what it said stays under `versions/`."""

    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    write_permission = "talk.comment"
    ordering_fields = ("id",)
    prefetch_related = ("mentions",)
    parameters = ("kind", "subject", "search")

    def queryset_for(self, user: Any) -> Any:
        place = about.asked(self.request)
        return Comment.objects.visible_to(user, among=[place.kind]).about(place.kind, place.pk)

    def known_parameters(self) -> Any:
        known = super().known_parameters()
        return [name for name in known if name != "search"] if self.action == "list" else known

    def get_object(self) -> Comment:
        comment, place = comments.find(row_key(self.kwargs["pk"]) or 0, self.request.user)
        about.place_of(self.request, place.kind, place.pk)
        return comment

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(only(self.get_serializer(self.get_object()), request))

    @extend_schema(request=WritingSerializer, responses={201: CommentSerializer})
    def create(self, request: Request) -> Response:
        said = about.body(WritingSerializer, request)
        place = about.place_of(request, said.pop("kind"), said.pop("subject"))
        made = comments.write(place, said.pop("text"), actor=request.user, **said)
        return self.show(self.get_serializer(made), 201, {"Location": f"{request.path}{made.pk}/"})

    @extend_schema(request=WordsSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        comment = self.get_object()
        version = etags.expected(request, comment)
        said = about.body(WordsSerializer, request)
        mentions = said.get("mentions", [person.pk for person in comment.mentions.all()])
        place = about.place_of(request, *comment.key)
        comments.change(place, comment, said.get("text", comment.text), actor=request.user, version=version, mentions=mentions)
        return self.show(self.get_serializer(self.get_object()))

    def _settled(self, settle: Any, comment: Comment, actor: Any) -> Comment:
        settle(comment, actor=actor)
        return self.get_object()

    @state_change("talk.comment", response=CommentSerializer)
    def resolution(self, instance: Comment, validated: Any, actor: Any) -> Comment:
        """The thread needs nothing more."""
        return self._settled(comments.resolve, instance, actor)

    @state_change("talk.comment", response=CommentSerializer)
    def reopening(self, instance: Comment, validated: Any, actor: Any) -> Comment:
        """The thread needs something again."""
        return self._settled(comments.reopen, instance, actor)

    @extend_schema(responses=SaidBeforeSerializer)
    @action(detail=True, pagination_class=None, filter_backends=[], parameters=())
    def versions(self, request: Request, pk: str) -> Response:
        """All that it said, the original first."""
        return Response(SaidBeforeSerializer({"results": comments.versions(self.get_object())}).data)

    @extend_schema(
        responses=HearersSerializer,
        parameters=[
            *about.ABOUT,
            OpenApiParameter("search", str, description="Part of a name; without it those around the subject."),
        ],
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def hearers(self, request: Request) -> Response:
        """Who may be mentioned: people who may open the subject, a dozen at most."""
        found = hearing.offered(about.asked(request), request.user, request.query_params.get("search", ""))
        return Response(HearersSerializer({"results": found}).data)


resources.register("comments", CommentViewSet)
