"""What we say, as OSCAL: our controls as a component definition, a rated profile as assessment results.

Ids follow from what they name, so that the same state gives the same document.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from governance.compliance import rounds
from governance.compliance.models import ControlMapping, Framework, Practice, Profile, Requirement
from portal import clock
from portal.people import organisations
from risks.models import Control

OSCAL = "1.1.3"
OURS = uuid.UUID("8f1f3f0a-6d0c-4d5e-9a37-0c3c1f6f7e52")
NAMESPACE = "urn:concord"


def component_definition(framework: Framework, user: Any) -> dict[str, Any]:
    """The controls in force that `user` may open and that answer `framework`, each with what it answers. Three queries."""
    rows = (
        ControlMapping.objects.visible_to(user).confirmed().filter(requirement__framework=framework).select_related("requirement")
    )
    answers: dict[int, list[ControlMapping]] = {}
    for row in rows.order_by("requirement__place", "pk"):
        answers.setdefault(row.control_id, []).append(row)
    controls = Control.objects.visible_to(user).in_force().filter(pk__in=answers).select_related("owner", "unit").order_by("number")
    definition: dict[str, Any] = {
        "uuid": _id("component-definition", framework.pk),
        "metadata": _metadata(_("Our controls for %(framework)s") % {"framework": framework}),
    }
    components = [_component(control, framework, answers[control.pk]) for control in controls]
    return {"component-definition": definition | ({"components": components} if components else {})}


def assessment_results(profile: Profile) -> dict[str, Any]:
    """What each office found of the requirements of `profile`, and whether they are as they should be. Three queries."""
    practices = list(profile.practices.select_related("requirement").order_by("requirement__place"))
    ratings = rounds.newest([one.pk for one in practices])
    rated = [one for one in practices if one.pk in ratings]
    moments = [rating.known_at for of_one in ratings.values() for rating in of_one.values()]
    start, end = (min(moments), max(moments)) if moments else (profile.opened_at, profile.opened_at)
    controls = {"control-selections": [_selection(practices)]}
    result: dict[str, Any] = {
        "uuid": _id("result", profile.pk),
        "title": str(profile),
        "description": _("Practice levels from 0 to 4, as the offices rated them, against their targets."),
        "start": _moment(start),
        "end": _moment(end),
        "reviewed-controls": controls,
    }
    if rated:
        result["observations"] = [one for row in rated for one in _observations(row, ratings[row.pk])]
        result["findings"] = [_finding(row, ratings[row.pk]) for row in rated]
    told = {
        "uuid": _id("assessment-results", profile.pk),
        "metadata": _metadata(_("How we practise %(profile)s") % {"profile": profile}),
        "import-ap": {"href": f"#{_id('plan', profile.pk)}"},
        "results": [result],
    }
    return {"assessment-results": told}


def token(requirement: Requirement) -> str:
    """An identifier as OSCAL allows it: letters, digits, dots, dashes and underscores, a letter or underscore first."""
    plain = re.sub(r"[^\w.\-]", "-", requirement.source_id or requirement.identifier)
    return plain if plain[0].isalpha() or plain[0] == "_" else f"_{plain}"


def _component(control: Control, framework: Framework, answers: Sequence[ControlMapping]) -> dict[str, Any]:
    described = control.description or control.name
    implementation = {
        "uuid": _id("implementation", framework.pk, control.pk),
        "source": f"{NAMESPACE}:framework:{framework.key}:{framework.edition.replace(' ', '-')}",
        "description": str(framework),
        "implemented-requirements": [_implemented(row, described) for row in answers],
    }
    properties = [_property("state", control.state), _property("office", control.office), _property("number", control.number)]
    return {
        "uuid": _id("control", control.pk),
        "type": "process-procedure",
        "title": control.name,
        "description": described,
        "props": properties,
        "control-implementations": [implementation],
    }


def _implemented(row: ControlMapping, described: str) -> dict[str, Any]:
    return {
        "uuid": _id("mapping", row.pk),
        "control-id": token(row.requirement),
        "description": row.note or described,
        "props": [_property("relationship", row.relationship), _property("identifier", row.requirement.identifier)],
    }


def _selection(practices: Sequence[Practice]) -> dict[str, Any]:
    return {"include-controls": [{"control-id": token(one.requirement)} for one in practices]}


def _observations(practice: Practice, ratings: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for office, rating in sorted(ratings.items()):
        yield {
            "uuid": _id("rating", rating.pk),
            "title": f"{practice.requirement.identifier}, {rating.get_office_display()}",
            "description": rating.reason or _("Practised at level %(level)d.") % {"level": rating.level},
            "props": [_property("practice-level", str(rating.level)), _property("office", office)],
            "methods": ["EXAMINE"],
            "collected": _moment(rating.known_at),
        }


def _finding(practice: Practice, ratings: dict[str, Any]) -> dict[str, Any]:
    target = practice.target_level
    reached = None not in (target, practice.current_level) and practice.gap == 0  # without a target nothing is satisfied
    told = _("Practised at %(current)s, target %(target)s.") % {
        "current": "–" if practice.current_level is None else practice.current_level,
        "target": "–" if target is None else target,
    }
    return {
        "uuid": _id("finding", practice.pk),
        "title": practice.requirement.title,
        "description": " ".join(filter(None, (told, practice.note))),
        "target": {
            "type": "objective-id",
            "target-id": token(practice.requirement),
            "status": {"state": "satisfied" if reached else "not-satisfied"},
        },
        "related-observations": [{"observation-uuid": _id("rating", rating.pk)} for _office, rating in sorted(ratings.items())],
    }


def _metadata(title: str) -> dict[str, Any]:
    organisation = organisations.current()
    return {
        "title": title,
        "last-modified": _moment(clock.now()),
        "version": clock.now().strftime("%Y-%m-%d"),
        "oscal-version": OSCAL,
        "parties": [
            {
                "uuid": _id("organisation", 1),
                "type": "organization",
                "name": organisation.name if organisation else _("Our organisation"),
            }
        ],
    }


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": str(value)}


def _id(*named: Any) -> str:
    return str(uuid.uuid5(OURS, "/".join(map(str, named))))


def _moment(at: datetime) -> str:
    return at.isoformat()
