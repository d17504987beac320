"""The sets of criteria that come along, in our own words, and newer editions of them: taken in once, never changed. How a newer one
is drafted and signed is in gate_editions.py."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.change.models import GateTemplate, Initiative, Size, Stage, TemplateCriterion
from governance.change.models.gate import LONGEST_QUESTION
from portal.errors import Invalid
from risks.models import Office

SHIPPED = Path(__file__).parent / "shipped_gates"
FIRST_GATED = Stage.DESIGN  # what leaves the idea needs a declaration, and no gate


def add_shipped() -> list[GateTemplate]:
    """Those of the portal that are not here yet."""
    found = (json.loads(path.read_text()) for path in sorted(SHIPPED.glob("*.json")))
    known = set(GateTemplate.objects.values_list("key", "edition"))
    return [take_in(one) for one in found if (one["key"], one["edition"]) not in known]


@transaction.atomic
def take_in(told: Mapping[str, Any]) -> GateTemplate:
    """One edition of a set, as its file says it. Raises Invalid for what is no set of criteria, or an edition that is here."""
    _check(told)
    head = {name: told[name] for name in ("key", "edition", "title", "kinds", "only_purchases")}
    template = GateTemplate.objects.create(**head)
    TemplateCriterion.objects.bulk_create(
        TemplateCriterion(template=template, place=place, **criterion) for place, criterion in enumerate(told["criteria"])
    )
    return template


def newest() -> list[GateTemplate]:
    """The last edition of each set, with its criteria. Where none is here yet, those of the portal come along: no gate stands open
    because nobody had set it up."""
    rows = GateTemplate.objects.order_by("key", "-edition").distinct("key").prefetch_related("criteria")
    return list(rows) or (add_shipped() and list(rows.all()))


def editions_of(initiative: Initiative) -> list[GateTemplate]:
    """The editions that its gates have begun with, and the newest of the other sets."""
    begun = GateTemplate.objects.filter(criteria__asked__gate__initiative=initiative).distinct().prefetch_related("criteria")
    by_key = {one.key: one for one in begun}
    return [by_key.get(one.key, one) for one in newest()]


def asked_of(initiative: Initiative, size: str, templates: Iterable[GateTemplate]) -> list[TemplateCriterion]:
    """The criteria of `templates` that an initiative of this size answers."""
    return [
        criterion
        for template in templates
        if initiative.kind in template.kinds and (initiative.is_purchase or not template.only_purchases)
        for criterion in template.criteria.all()
        if Size(size).covers(criterion.from_size)
    ]


def _check(told: Mapping[str, Any]) -> None:
    if GateTemplate.objects.filter(key=told["key"], edition=told["edition"]).exists():
        raise Invalid(_("This edition is here already, and never changes. Give the next one a higher number."))
    gated = list(Stage)[list(Stage).index(FIRST_GATED) :]
    keys = [one["key"] for one in told["criteria"]]
    fits = all(
        one["opens"] in gated
        and one["office"] in Office.values
        and one["from_size"] in Size.values
        and 0 < len(one["question"]) <= LONGEST_QUESTION
        for one in told["criteria"]
    )
    if not keys or len(set(keys)) < len(keys) or not fits or set(told["kinds"]) - set(Initiative.Kind.values):
        raise Invalid(_("This is no set of criteria: each needs a key of its own, a stage, an office, a size and a question."))
