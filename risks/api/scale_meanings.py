"""What the levels of each scale mean here."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.web.api.fields import RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks import meanings, scales
from risks.meanings import Meaning, Scale
from risks.models import ScaleMeaning

UNITS = {Scale.LIKELIHOOD: "per_year", Scale.FINANCIAL: "currency", Scale.OPERATIONAL: "hours"}


class LevelMeaningSerializer(serializers.Serializer):
    """One level of a scale."""

    level = serializers.IntegerField()
    begins_at = serializers.DecimalField(
        max_digits=18, decimal_places=2, allow_null=True, help_text="In the unit of the scale; null where words alone tell."
    )
    words = serializers.CharField(allow_blank=True, help_text="As the organisation wrote them.")
    meaning = serializers.CharField(help_text="The whole in one phrase, in the language of the reader.")


class ScaleMeaningSerializer(RowSerializer):
    unit = serializers.SerializerMethodField(help_text="What begins_at counts; empty where words alone tell.")
    levels = serializers.SerializerMethodField()

    class Meta:
        model = ScaleMeaning
        fields = ["id", "scale", "unit", "levels", "version"]

    @extend_schema_field(serializers.ChoiceField(choices=["", *UNITS.values()]))
    def get_unit(self, row: ScaleMeaning) -> str:
        return UNITS.get(row.scale, "")

    @extend_schema_field(LevelMeaningSerializer(many=True))
    def get_levels(self, row: ScaleMeaning) -> list[dict[str, Any]]:
        meaning = Meaning(tuple(row.bounds), tuple(row.words))
        return [
            {
                "level": level,
                "begins_at": str(meaning.bounds[level - 1]) if meaning.bounds else None,
                "words": meaning.words[level - 1],
                "meaning": meanings.phrase(row.scale, meaning, level),
            }
            for level in scales.LEVELS
        ]


class ScaleMeaningViewSet(ReadSet):
    """What levels 1 to 5 mean here: likelihood in events a year, impact in money, hours of standstill or words."""

    kind = "scale-meaning"
    permission = "risks.view_risk"
    serializer_class = ScaleMeaningSerializer
    ordering_fields = ["scale"]


resources.register("scale-meanings", ScaleMeaningViewSet)
