"""What we want to carry, and how far beyond it we still accept."""

from portal.web.api.fields import RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks.models import Appetite


class AppetiteSerializer(RowSerializer):
    class Meta:
        model = Appetite
        fields = ["id", "category", "appetite_points", "tolerance_points", "version"]


class AppetiteViewSet(ReadSet):
    """Points of the shared score, 0 to 100, by category; the one with an empty category holds for all others."""

    kind = "appetite"
    permission = "risks.view_risk"
    serializer_class = AppetiteSerializer
    ordering_fields = ["category"]


resources.register("appetites", AppetiteViewSet)
