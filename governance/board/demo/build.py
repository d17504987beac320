"""Builds the demo organisation from nothing: ten months of its life, through the verbs that people use."""

from django.db import transaction

from governance.board.demo import exceptions, inventory, people, risks
from governance.board.demo.events import Event
from governance.board.demo.times import ZONE, Calendar
from portal import clock
from portal.attention import reminders
from portal.people.models import User
from risks import recompute

FOUNDED_DAYS_AGO = 320
FIRST_SCAN, ACCEPTED, COMPLETED = 314, 313, 312
LINK_FOUND = 6  # somebody connected the engineering workstations
LATER_SCAN = 1


class AlreadySettled(Exception):
    """Somebody lives here: the demo never mixes with what is real."""


@transaction.atomic
def build() -> dict[str, dict[str, str]]:
    """Everything or nothing; returns how people sign in. Raises AlreadySettled unless the database holds nobody."""
    if User.objects.exists():
        raise AlreadySettled
    calendar = Calendar(clock.today(ZONE))
    with calendar.at(FOUNDED_DAYS_AGO):
        tree = people.found()
        staff, doors = people.move_in(tree)
        risks.say_what_levels_mean()
        risks.set_appetite()
        people.settle()
        people.name_aides(staff)
    known = inventory.write_down(calendar, staff, tree)
    first = inventory.scan(calendar, FIRST_SCAN, "plant_first_scan.xml", engineer=staff["jonas"], unit=tree["northfield"])
    inventory.accept_all(calendar, ACCEPTED, first, engineer=staff["jonas"])
    known |= inventory.complete_plant(calendar, COMPLETED, staff, known)
    linked = [known["ews-04"], known["ews-07"]]
    link_found = Event(LINK_FOUND, 3000, lambda: inventory.connect(linked, engineer=staff["jonas"]))
    risks.live(calendar, staff, tree, known, [link_found, *exceptions.happenings(staff)])
    inventory.scan(calendar, LATER_SCAN, "plant_later_scan.xml", engineer=staff["jonas"], unit=tree["northfield"])
    while recompute.refresh_batch(500):
        pass
    with calendar.at(0):
        people.stand_in(staff, calendar)
    reminders.remind()
    return doors
