"""Who left, and to whom what they held passed."""

from portal.people.models import Departure
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class DepartureSerializer(RowSerializer):
    person = Linked("user", read_only=True)
    handed_over_by = Linked("user", read_only=True)

    class Meta:
        model = Departure
        fields = ["id", "person", "handed_over_by", "at", "passed", "successors"]
        read_only_fields = fields
        extra_kwargs = {
            "passed": {
                "help_text": "By group of holdings how many rows went to whom: {group: {user id, or empty where it ended: count}}."
            }
        }


class DepartureViewSet(ReadSet):
    """People who left. Handing over takes a person at the pages."""

    kind = "departure"
    serializer_class = DepartureSerializer
    ordering_fields = ["at"]


resources.register("departures", DepartureViewSet)
