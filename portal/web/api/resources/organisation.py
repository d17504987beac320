"""The organisation: how it counts money and days."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.people.models import Organisation
from portal.web.api.door import Door
from portal.web.api.fields import RowSerializer
from portal.web.api.router import resources


class OrganisationSerializer(RowSerializer):
    class Meta:
        model = Organisation
        fields = [
            "name",
            "currency",
            "time_zone",
            "language",
            "fiscal_year_starts_month",
            "working_days",
            "is_demo",
            "set_up_at",
            "factor_from",
            "version",
        ]
        extra_kwargs = {
            "currency": {"help_text": "ISO 4217; every amount is written in it."},
            "working_days": {"help_text": "1 is Monday, 7 is Sunday."},
            "is_demo": {"help_text": "True where everything here was made up to show the portal."},
            "factor_from": {"help_text": "From then on everybody needs a second factor; null where only seats and some roles do."},
            "set_up_at": {"help_text": "Null while the set-up is not over."},
        }


class OrganisationViewSet(Door, ViewSet):
    """The one organisation that runs this portal."""

    @extend_schema(responses=OrganisationSerializer(many=False), operation_id="organisation_retrieve")
    def list(self, request: Request) -> Response:
        """Name, currency, calendar, and whether it is a demo."""
        found = Organisation.objects.visible_to(request.user).first()
        if found is None:
            raise Http404
        return Response(OrganisationSerializer(found).data)


resources.register("organisation", OrganisationViewSet)
