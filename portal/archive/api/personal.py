"""Everything held on one person."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.archive import personal
from portal.people.models import User
from portal.web.api.door import Door
from portal.web.api.fields import by_id_or_number
from portal.web.api.router import resources


class PersonalSerializer(serializers.Serializer):
    """As in the file that the page gives."""

    as_of = serializers.DateTimeField()
    account = serializers.DictField()
    mail_addresses = serializers.ListField(child=serializers.DictField())
    second_factors = serializers.ListField(child=serializers.DictField(), help_text="Kinds and days, never secrets.")
    roles = serializers.ListField(child=serializers.DictField())
    seats = serializers.ListField(child=serializers.DictField())
    substitute_for = serializers.ListField(child=serializers.DictField())
    tokens = serializers.ListField(child=serializers.DictField())
    sessions = serializers.ListField(child=serializers.DictField())
    failed_sign_ins = serializers.ListField(child=serializers.DictField())
    named_on = serializers.ListField(child=serializers.DictField(), help_text="By column: how many rows, and which you may open.")
    did = serializers.ListField(child=serializers.DictField(), help_text="Entries of the log, with words for the person alone.")


class PersonalViewSet(Door, ViewSet):
    """What the portal holds on a person, for them and for administrators."""

    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(responses=PersonalSerializer, operation_id="personal_data_retrieve")
    def retrieve(self, request: Request, pk: str) -> Response:
        """Account, roles, seats, sessions, what names them and what they did."""
        person = by_id_or_number(User.objects.visible_to(request.user), pk)
        if person is None or not personal.may_read(person, request.user):
            raise Http404
        return Response(PersonalSerializer(personal.held_on(person, reader=request.user)).data)


resources.register("personal-data", PersonalViewSet)
