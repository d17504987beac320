"""Why can this person see that?"""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal import subjects
from portal.errors import Invalid
from portal.people import explained
from portal.people.models import User
from portal.web.api.door import Door
from portal.web.api.fields import by_id_or_number
from portal.web.api.router import resources


class AccessReasonsSerializer(serializers.Serializer):
    person = serializers.IntegerField()
    kind = serializers.CharField()
    subject = serializers.IntegerField(help_text="Its id. What it is called is not told here.")
    sees = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why, or why not, in sentences.")


class AccessReasonsViewSet(Door, ViewSet):
    """The one definition of access, asked about one person and one thing. Every question leaves an entry in the record."""

    permission = "people.view_access"
    parameters = ("person", "kind", "subject")

    @extend_schema(
        operation_id="access_reasons_retrieve",
        responses=AccessReasonsSerializer(many=False),
        parameters=[
            OpenApiParameter("person", OpenApiTypes.INT, required=True, description="The id of a user."),
            OpenApiParameter("kind", OpenApiTypes.STR, required=True, description="What kind of thing, such as risk or asset."),
            OpenApiParameter("subject", OpenApiTypes.STR, required=True, description="An id, or a number such as R-0017."),
        ],
    )
    def list(self, request: Request) -> Response:
        """Whether the person sees it, and by which role, ownership or naming."""
        asked = {name: request.query_params.get(name, "").strip() for name in self.parameters}
        person = by_id_or_number(User.objects.visible_to(request.user), asked["person"])
        is_known = asked["kind"] in subjects.all_kinds()
        row = by_id_or_number(explained.rows_of(asked["kind"]), asked["subject"].upper()) if is_known else None
        wrong = {}
        if person is None:
            wrong["person"] = [_("Give the id of somebody who has an account.")]
        if not is_known:
            wrong["kind"] = [_("There is no such kind. There are: %s.") % ", ".join(sorted(subjects.all_kinds()))]
        elif row is None:
            wrong["subject"] = [_("There is nothing of this kind by that number or id.")]
        if wrong:
            raise Invalid(_("The question is not valid."), wrong)
        found = explained.ask(person, asked["kind"], row, actor=request.user)
        told = {"person": person.pk, "kind": asked["kind"], "subject": row.pk, "sees": found.sees, "reasons": found.reasons}
        return Response(AccessReasonsSerializer(told).data)


resources.register("access-reasons", AccessReasonsViewSet)
