"""Culture for other systems: what one may read of a quarter, and the counts that come from elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from governance.together import champions, culture, culture_counts, culture_page, quarters
from governance.together.culture_counts import NUMBERS, Told
from governance.together.models import CultureChampion, CultureLine
from portal.errors import Invalid
from portal.web.api.door import Door
from portal.web.api.fields import Linked
from portal.web.api.router import resources

READ, COUNT, SAY = "together.view_culture", "together.add_culturecount", "together.say_culture"
QUARTER = OpenApiParameter("quarter", str, description="By its first day, as in 2026-07-01; the newest one if you say nothing.")


class CultureCountsSerializer(serializers.Serializer):
    """What was counted in one department in one quarter."""

    people = serializers.IntegerField(allow_null=True)
    concerns = serializers.IntegerField(allow_null=True, help_text="Raised in the quarter.")
    waiting = serializers.IntegerField(allow_null=True, help_text="Of them, not answered when the quarter was drawn up.")
    triage_days = serializers.DecimalField(
        max_digits=5, decimal_places=1, allow_null=True, help_text="Median days to an answer; charged to security."
    )
    answered = serializers.IntegerField(allow_null=True, help_text="Gate criteria that its initiatives answered.")
    unprompted = serializers.IntegerField(allow_null=True, help_text="Of them, before security had said anything.")
    phishing_sent = serializers.IntegerField(source="sent", allow_null=True)
    phishing_reported = serializers.IntegerField(source="reported", allow_null=True)
    trained = serializers.IntegerField(allow_null=True)


class CultureDepartmentSerializer(serializers.Serializer):
    """One department against its own past. Where it is withheld there are no numbers."""

    unit = serializers.IntegerField(source="line.unit_id")
    name = serializers.CharField(source="line.unit.name")
    withheld = serializers.BooleanField(source="line.is_withheld")
    only_for_its_head = serializers.BooleanField(source="early")
    now = CultureCountsSerializer(source="line")
    before = CultureCountsSerializer(allow_null=True, help_text="The quarter before; null where you may read none.")
    reply = serializers.CharField(source="reply.text", default="", help_text="What its head says of it.")


class CultureChampionSerializer(serializers.Serializer):
    unit = serializers.IntegerField(source="unit_id")
    person = serializers.IntegerField(source="person_id")
    since = serializers.DateTimeField()


class CultureSerializer(serializers.Serializer):
    """Counts by department and quarter, in the order of the organisation. Never of one person, and never for an appraisal."""

    agreed_since = serializers.DateField(source="since", allow_null=True, help_text="Null: nothing is counted.")
    quarter = serializers.DateField(allow_null=True)
    opens_on = serializers.DateField(allow_null=True, help_text="Before that day only the heads read it.")
    quarters = serializers.ListField(child=serializers.DateField(), source="all_quarters")
    departments = CultureDepartmentSerializer(many=True, source="rows")
    champions = CultureChampionSerializer(many=True)


class ReplySerializer(serializers.Serializer):
    """What the head of a department says of a quarter."""

    quarter = serializers.DateField(help_text="Its first day.")
    unit = Linked("unit")
    text = serializers.CharField(max_length=culture.LONGEST_REPLY)


class ChampionSerializer(serializers.Serializer):
    unit = Linked("unit")
    person = Linked("user")


class AgreementSerializer(serializers.Serializer):
    is_agreed = serializers.BooleanField()


class CultureViewSet(Door, ViewSet):
    """Culture by department."""

    permission = READ

    def known_parameters(self) -> Sequence[str]:
        return ("quarter",) if self.action == "list" else ()

    @extend_schema(responses=CultureSerializer(many=False), parameters=[QUARTER], operation_id="culture_retrieve")
    def list(self, request: Request) -> Response:
        """One quarter, as far as it is open to you; small departments are withheld, with another one."""
        told = request.query_params.get("quarter", "")
        first = quarters.read(told)
        if told and first is None:
            raise Invalid(_("The question is not valid."), {"quarter": [_("Give the first day of a quarter, as in 2026-07-01.")]})
        page = culture_page.read(request.user, first)
        if told and page.quarter is None:
            raise Http404
        return Response(CultureSerializer(page).data)

    @extend_schema(request=AgreementSerializer, responses={200: CultureSerializer})
    @action(detail=False, methods=["post"], permission=SAY)
    def agreement(self, request: Request) -> Response:
        """Say for your office whether departments are counted; the CIO and the CISO alone do."""
        culture.say(self._said(AgreementSerializer)["is_agreed"], actor=request.user)
        return self._page()

    @extend_schema(request=ReplySerializer, responses={200: CultureSerializer})
    @action(detail=False, methods=["post"])
    def reply(self, request: Request) -> Response:
        """Say something to the numbers of a department that you head."""
        said = self._said(ReplySerializer)
        rows = CultureLine.objects.visible_to(request.user).select_related("unit", "quarter")
        line = get_object_or_404(rows, unit=said["unit"], quarter__quarter_on=said["quarter"])
        culture.reply(line, said["text"], actor=request.user)
        return self._page(said["quarter"])

    @extend_schema(request=ChampionSerializer, responses={200: CultureSerializer})
    @action(detail=False, methods=["post"])
    def champions(self, request: Request) -> Response:
        """Name somebody whom colleagues of a department ask first: its head does, or the CIO or the CISO."""
        said = self._said(ChampionSerializer)
        champions.name(said["unit"], said["person"], actor=request.user)
        return self._page()

    @extend_schema(request=ChampionSerializer, responses={200: CultureSerializer})
    @action(detail=False, methods=["post"], url_path="champions/ending")
    def champion_ending(self, request: Request) -> Response:
        """They are champion no more; a champion may say so themselves."""
        said = self._said(ChampionSerializer)
        row = get_object_or_404(CultureChampion.objects.visible_to(request.user).filter(ended_at=None), **said)
        champions.end(row, actor=request.user)
        return self._page()

    def _said(self, of: type[serializers.Serializer]) -> Mapping[str, Any]:
        asked = of(data=self.request.data, context={"request": self.request})
        asked.is_valid(raise_exception=True)
        return asked.validated_data

    def _page(self, first: date | None = None) -> Response:
        return Response(CultureSerializer(culture_page.read(self.request.user, first)).data)


class CountRowSerializer(serializers.Serializer):
    unit = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="A department or a site.")
    people = serializers.IntegerField(min_value=1, max_value=culture_counts.MOST)
    phishing_sent = serializers.IntegerField(min_value=0, max_value=culture_counts.MOST)
    phishing_reported = serializers.IntegerField(min_value=0, max_value=culture_counts.MOST)
    trained = serializers.IntegerField(min_value=0, max_value=culture_counts.MOST)


class CountsSerializer(serializers.Serializer):
    """The counts of one quarter by department, without any person in them."""

    quarter = serializers.DateField(help_text="Its first day.")
    rows = CountRowSerializer(many=True, min_length=1, max_length=culture_counts.MOST_ROWS)


class CountsTakenSerializer(serializers.Serializer):
    """How many departments differ from what was known; 0 where the same came again."""

    changed = serializers.IntegerField()


class CultureCountViewSet(Door, ViewSet):
    """Counts from elsewhere: taken in and not given out again, for a department may be small."""

    permission = COUNT

    @extend_schema(request=CountsSerializer, responses={200: CountsTakenSerializer}, operation_id="culture_counts_create")
    def create(self, request: Request) -> Response:
        """All rows or none; the same again changes nothing."""
        _check_names(request.data)
        asked = CountsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        rows = [Told(row["unit"], said["quarter"], {name: row[name] for name in NUMBERS}) for row in said["rows"]]
        return Response(CountsTakenSerializer({"changed": culture_counts.take_in(rows, actor=request.user)}).data)


def _check_names(sent: Any) -> None:
    """A field that names people is refused, and not just left unread."""
    if not isinstance(sent, Mapping):
        return
    culture_counts.check_names(map(str, sent), ("quarter", "rows"), "rows")
    for row in sent.get("rows") if isinstance(sent.get("rows"), list) else ():
        if isinstance(row, Mapping):
            culture_counts.check_names(map(str, row), ("unit", *NUMBERS), "rows")


resources.register("culture", CultureViewSet)
resources.register("culture-counts", CultureCountViewSet)
