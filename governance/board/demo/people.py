"""Who works at Verrow."""

from typing import Any

from governance.board.demo import sources
from governance.board.demo.times import ZONE, Calendar
from portal.people import accounts, aides, appointments, delegations, organisations, role_assignments, units
from portal.people.models import Unit, User

DOMAIN = "verrow.example"


def found() -> dict[str, Unit]:
    """The organisation and its units, by key."""
    organisations.describe(name="Verrow Manufacturing", currency="EUR", time_zone=str(ZONE), is_demo=True, actor=None)
    made: dict[str, Unit] = {}
    for row in sources.table("units"):
        made[row["key"]] = units.found(row["name"], row["kind"], made.get(row["parent"]), actor=None)
    return made


def settle() -> None:
    """The set-up is over: what took one person until now takes two."""
    for step in organisations.STEPS:
        organisations.note_step(step, actor=None)
    organisations.finish(actor=None)


def move_in(tree: dict[str, Unit]) -> tuple[dict[str, User], dict[str, dict[str, str]]]:
    """Everybody by key, and how those sign in who have a door of their own: account → e-mail, password, second factor."""
    rows = sources.table("people")
    people, doors = {}, {}
    for row in rows:
        email = f"{row['email']}@{DOMAIN}"
        password = accounts.random_password() if row["account"] else None
        person = accounts.make(email, row["name"], unit=tree[row["unit"]], password=password, actor=None)
        people[row["key"]] = person
        if row["account"]:
            doors[row["account"]] = {"email": email, "password": password, "totp_secret": accounts.give_totp(person)}
    for row in rows:
        _place(row, people, tree)
    for row in sources.table("units"):
        units.entrust(tree[row["key"]], people[row["head"]], actor=None)
    return people, doors


def _place(row: dict[str, str], people: dict[str, User], tree: dict[str, Unit]) -> None:
    person: Any = people[row["key"]]
    if row["reports_to"]:
        accounts.report_to(person, people[row["reports_to"]], actor=None)
    if row["seat"]:
        appointments.appoint(row["seat"], person, substitute=people.get(row["substitute"]), actor=None)
    if row["role"] in aides.ROLES:
        return  # whoever fills the seat names them
    for unit in row["role_unit"].split():
        role_assignments.give(person, row["role"], tree[unit], actor=None)


def name_aides(people: dict[str, User]) -> None:
    """The CIO has somebody who prepares."""
    aides.name(people["nora"], "PREPARER", "CIO", actor=people["marta"])


def stand_in(people: dict[str, User], calendar: Calendar) -> None:
    """A department head is away for some days, and the one who stands in answers meanwhile."""
    away, here = people["tomas"], people["priya"]
    delegations.name(away, here, actor=away, from_on=calendar.day(0), to_on=calendar.day(-6))
