"""Builds the demo organisation from nothing: nine months of its life, through the verbs that people use."""

import pghistory
from django.db import transaction

from governance.board import positions_kept
from governance.board.demo import (
    achieved,
    aims,
    audits,
    change_calendar,
    changes,
    compliance,
    cultured,
    decisions,
    editions,
    exceptions,
    exploited,
    formulas,
    inventory,
    ledger,
    lists,
    meetings,
    noticed,
    packs,
    people,
    plant,
    response,
    risks,
    talk,
)
from governance.board.demo.events import Event
from governance.board.demo.times import ZONE, Calendar
from governance.change import joined
from governance.compliance import covering
from governance.together import achievements, culture, moving
from portal import clock
from portal.archive import heads
from portal.attention import reminders
from portal.people import organisations
from portal.people.models import User
from portal.record import sealing

FOUNDED_DAYS_AGO = 275
FIRST_ALLOWED, FIRST_SCAN, ACCEPTED, COMPLETED = 271, 270, 269, 268
EASTMERE_SPOKE = 150
YESTERDAY = 1
LINK_FOUND, LINK_CUT = 6, 4  # a maker dialled into the engineering workstations; now only the office reaches them
IN_THE_AFTERNOON = 9000  # after everything else of the day


class AlreadySettled(Exception):
    """Somebody lives here: the demo never mixes with what is real."""


@transaction.atomic
def build() -> dict[str, dict[str, str]]:
    """Everything or nothing; returns how people sign in. Raises AlreadySettled unless the database holds nobody."""
    if User.objects.exists():
        raise AlreadySettled
    calendar = Calendar(clock.today(ZONE), evening=sealing.seal_all, midnight=_midnight)
    with calendar.at(FOUNDED_DAYS_AGO):
        tree = people.found()
        staff, doors = people.move_in(tree)
        risks.say_what_levels_mean()
        risks.set_appetite()
        people.settle()
        people.name_aides(staff)
    engineer, site = staff["jonas"], tree["northfield"]
    known = inventory.write_down(calendar, staff, tree)
    with calendar.at(FIRST_ALLOWED):
        plant.allow_a_scan(engineer, staff["lena"], clock.now())
    with calendar.at(FIRST_SCAN):
        first = inventory.scan("plant_first_scan.xml", engineer=engineer, unit=site)
    with calendar.at(ACCEPTED):
        inventory.accept_all(first, engineer=engineer)
    with calendar.at(COMPLETED):
        known |= inventory.complete_plant(calendar.today, staff, known)
    linked = [known["ews-04"], known["ews-07"]]
    happenings = [
        Event(EASTMERE_SPOKE, 3500, lambda: risks.set_appetite_of_eastmere(tree["eastmere"], staff["marta"])),
        Event(LINK_FOUND, 3000, lambda: inventory.connect(linked, "REMOTE", engineer=engineer)),
        Event(LINK_CUT, 3000, lambda: inventory.connect(linked, "INTERNAL", engineer=engineer)),
        Event(YESTERDAY, IN_THE_AFTERNOON, lambda: inventory.scan("plant_later_scan.xml", engineer=engineer, unit=site)),
        Event(YESTERDAY, IN_THE_AFTERNOON, lambda: people.stand_in(staff, calendar)),
    ]
    happenings += [*exceptions.happenings(staff), *decisions.happenings(staff, tree), *formulas.happenings(staff)]
    happenings += editions.happenings(staff)
    happenings += exploited.happenings(calendar, staff, known)
    happenings += [
        *compliance.happenings(staff, tree),
        *aims.happenings(staff),
        *noticed.happenings(staff, tree),
    ]
    happenings += [*audits.happenings(staff, tree), *meetings.happenings(staff)]
    happenings += [
        *changes.happenings(staff, tree),
        *change_calendar.happenings(staff, tree, known),
        *ledger.happenings(staff, tree),
    ]
    happenings += [*inventory.happenings(calendar, staff, tree, known), *plant.happenings(calendar, staff, known)]
    happenings += [*response.happenings(staff, tree, known), *talk.happenings(staff), *lists.happenings(staff)]
    happenings += packs.happenings(staff, tree)
    happenings += achieved.happenings(staff)
    happenings += cultured.happenings(calendar, staff, tree)
    risks.live(calendar, staff, tree, known, happenings)
    calendar.reach(0)
    reminders.remind()
    return doors


def _midnight() -> None:
    """What the timetable does when a day has ended; nobody acts in it."""
    with pghistory.context(actor=None):
        heads.note_yesterday()
        today = organisations.today()
        if today.weekday() == 0 or today.day == 1:  # every day would take long, and nobody looks back so closely here
            positions_kept.keep()
        risks.change_of_day()
        achievements.propose()
        culture.draw_up_due()
        moving.escalate()
        moving.renew()
        covering.follow()
        covering.renew_due()
        joined.follow()
