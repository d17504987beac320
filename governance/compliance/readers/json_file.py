"""JSON that somebody else wrote: strictly read, with one sentence for whatever is wrong."""

import json
import math
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from governance.compliance.errors import UnreadableCatalog

DEEPEST = 200


def parse(text: str) -> dict[str, Any]:
    """The object in `text`. Raises UnreadableCatalog, also for numbers that are none, names given twice and bottomless nesting."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
        _check_depth(found)
    except RecursionError:
        raise UnreadableCatalog(_("The file is nested too deep to be a catalog. Check where it comes from.")) from None
    except json.JSONDecodeError as error:
        sentence = _("The file breaks off or is no JSON at line %(line)d. Export it again.") % {"line": error.lineno}
        raise UnreadableCatalog(sentence) from None
    except ValueError:  # a number of more digits than anybody counts
        raise UnreadableCatalog from None
    if not isinstance(found, dict):
        raise UnreadableCatalog
    return found


def _check_depth(found: Any) -> None:
    """Level by level; what is read on may be written again without exhausting a stack. Raises RecursionError."""
    level = [found]
    for _depth in range(DEEPEST):
        inner = (child for one in level for child in (one.values() if isinstance(one, dict) else one))
        level = [child for child in inner if isinstance(child, (dict, list))]
        if not level:
            return
    raise RecursionError


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnreadableCatalog(_("The file gives a name twice in one place, so one of the two would be lost. Export it again."))
    return found


def _no_number(_text: str) -> NoReturn:
    raise UnreadableCatalog(_("The file holds a number that is none. Export it again."))


def objects(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of objects under `name`, empty where there is none. Raises UnreadableCatalog for anything else."""
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UnreadableCatalog(_("“%(name)s” is no list of objects in this file. Check it against OSCAL.") % {"name": name})
    return found


def text(holder: dict[str, Any], name: str) -> str:
    """The text under `name`, "" where there is none. Raises UnreadableCatalog for anything else."""
    found = holder.get(name, "")
    if not isinstance(found, str):
        raise UnreadableCatalog(_("“%(name)s” is no text in this file. Check it against OSCAL.") % {"name": name})
    return found


def prop(holder: dict[str, Any], name: str) -> str:
    """The value of the property `name`: the one without a class first."""
    found = [one for one in objects(holder, "props") if one.get("name") == name]
    plain = [one for one in found if not one.get("class")]
    return next((text(one, "value") for one in (*plain, *found)), "")
