"""Questions to lists that people of Verrow ask again and again, and share."""

from collections.abc import Mapping
from functools import partial

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from portal.people.models import User
from portal.workbench import saved_views

AFTER_ALL_ELSE = 8500
BY_PLACE = {"category": "OT", "group": "unit", "columns": "number,title,current_band,current_score,unit"}
NOBODYS = {"owner": "none", "columns": "number,name,kind,unit,criticality", "sort": "-criticality"}
VIEWS = (
    (40, "risk", "Plant risks by place", BY_PLACE),
    (38, "asset", "Assets nobody answers for", NOBODYS),
    (35, "control", "Controls without valid evidence", {"state": "IN_FORCE", "proven": "no", "group": "office"}),
    (20, "treatment", "Late plans by owner", {"late": "1", "group": "owner"}),
)


def happenings(people: Mapping[str, User]) -> list[Event]:
    """Each on its day, kept by the analyst for everybody."""
    return [Event(day, AFTER_ALL_ELSE, partial(_keep, people["dana"], *facts)) for day, *facts in VIEWS]


def _keep(analyst: User, kind: str, name: str, params: Mapping[str, str]) -> None:
    with acting(analyst):
        saved_views.keep(actor=analyst, kind=kind, name=name, params=params, audience=saved_views.Audience.ALL)
