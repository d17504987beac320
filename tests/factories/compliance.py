"""Frameworks with believable defaults."""

import io
import json
from typing import Any

from governance.compliance import frameworks, internal_audits
from governance.compliance.models import Framework, InternalAudit
from portal.people import organisations


def catalog_of(*controls: dict[str, Any], title: str = "House rules", version: str = "1.0", **more: Any) -> dict[str, Any]:
    """An OSCAL catalog of one group."""
    group = {"id": "hr", "class": "family", "title": "House", "controls": list(controls)}
    metadata = {"title": title, "version": version, "last-modified": "2026-01-01T00:00:00Z", "oscal-version": "1.1.2"}
    return {"catalog": {"uuid": "5e1d3a4c-0000-4000-8000-000000000001", "metadata": metadata, "groups": [group]} | more}


def control_of(number: int, prose: str = "Doors are locked.", **more: Any) -> dict[str, Any]:
    parts = [{"id": f"hr-{number}_smt", "name": "statement", "prose": prose}]
    return {"id": f"hr-{number}", "title": f"Rule {number}", "parts": parts} | more


def stream_of(document: Any) -> io.BytesIO:
    """Text as it is, anything else as JSON."""
    return io.BytesIO((document if isinstance(document, str) else json.dumps(document)).encode())


def make_framework(
    *numbers: int, title: str = "House rules", version: str = "1.0", actor: Any = None, kind: str = "rule"
) -> Framework:
    """A framework of as many rules, `hr-1` and so on; those of the kind "control" can be stated to apply."""
    rules = (control_of(number, **{"class": kind}) for number in numbers or (1, 2, 3))
    found = catalog_of(*rules, title=title, version=version)
    return frameworks.take_in(stream_of(found), actor=actor).framework


def make_audit(*, unit: Any, actor: Any, framework: Framework | None = None, **said: Any) -> InternalAudit:
    """A planned audit of `unit`, led by `actor`."""
    believable = {"title": "Doors and keys", "scope": "Both gates", "lead": actor, "planned_on": organisations.today()}
    return internal_audits.plan(framework or make_framework(1, 2), unit, actor=actor, **(believable | said))
