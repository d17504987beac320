"""How Verrow's plant is scanned: by permit, at night, and what its production system is made of."""

import re
from datetime import datetime, timedelta

from assets import components
from assets.discovery import permits, precedence
from assets.models import Asset, Zone
from governance.board.demo import sources
from governance.board.demo.events import Event
from governance.board.demo.times import Calendar, acting
from portal import clock
from portal.people.models import User

CONTROLLERS = "Z-3"
HOURS_BEFORE = 4  # a scan is taken in the morning after its night
# A controller says its firmware itself; where a thing stands somebody has seen.
WORDS_COUNT = {"version_in_use": ["nmap-northfield", "by hand"], "location": ["by hand", "nmap-northfield"]}
MOMENT = re.compile(rb'\b(start|starttime|endtime|time)="(\d{10})"')
RANKED, FIRST_BILL, LATER_BILL, NIGHT_ALLOWED, NEXT_ALLOWED = 44, 41, 6, 3, 1  # days ago


def as_if_of_today(content: bytes) -> bytes:
    """A scan of nmap's as if it had begun in the night before the clock's day."""
    begun = next(int(moment) for name, moment in MOMENT.findall(content) if name == b"start")
    later = int((clock.now() - timedelta(hours=HOURS_BEFORE)).timestamp()) - begun
    return MOMENT.sub(lambda found: b'%s="%d"' % (found[1], int(found[2]) + later), content)


def allow_a_scan(engineer: User, contact: User, begins_on: datetime, days: int = 3) -> None:
    """Leave to scan the controllers slowly from that moment on."""
    zone = Zone.objects.current().get(name=CONTROLLERS)
    scope = "Both control networks, ports 1 to 1024 and eight of controllers, template T2, presses at rest"
    until = begins_on + timedelta(days=days)
    permits.grant(zone, actor=engineer, starts_at=begins_on, ends_at=until, scope=scope, contact=contact)


def happenings(calendar: Calendar, people: dict[str, User], known: dict[str, Asset]) -> list[Event]:
    """The production system's bill of materials, a newer one; leave for the night before yesterday's scan, and for the next one."""
    analyst, engineer, contact = people["dana"], people["jonas"], people["lena"]

    def made_of(name: str) -> None:
        with acting(analyst), (sources.FOLDER / name).open("rb") as stream:
            components.take_in(stream, known["mes-n"], actor=analyst, file_name=name)

    def allow(in_days: int) -> None:
        with acting(engineer):
            allow_a_scan(engineer, contact, clock.now() + timedelta(days=in_days))

    def rank() -> None:
        with acting(engineer):
            for field, sources in WORDS_COUNT.items():
                precedence.put(field, sources, actor=engineer)

    return [
        Event(RANKED, 4100, rank),
        Event(FIRST_BILL, 4100, lambda: made_of("production_system_4.2.cdx.json")),
        Event(LATER_BILL, 4100, lambda: made_of("production_system_4.3.cdx.json")),
        Event(NIGHT_ALLOWED, 4100, lambda: allow(0)),
        Event(NEXT_ALLOWED, 4100, lambda: allow(9)),
    ]
