"""What Verrow has: what people wrote down, and what the scan of the plant found."""

import io
from datetime import date, timedelta

from assets import dependencies, inventory, overrides, owners, suppliers, zones
from assets.discovery import intake, reading, settling
from assets.models import Asset, DiscoveryRun, Proposal, Supplier
from governance.board.demo import plant, sources
from governance.board.demo.events import Event
from governance.board.demo.times import Calendar, acting
from portal.people.models import Unit, User

WRITTEN_DOWN, ZONED, CONNECTED, SPARED, HANDED_BACK, GUESTS, YESTERDAY = 272, 272, 271, 33, 9, 3, 1  # days ago
NOBODYS = ("hmi-n3", "gw-n1")
SOURCE = "nmap-northfield"
CONDUITS = (
    ("office", "dmz", "Sign-in, orders, mail"),
    ("office", "plant dmz", "Historian copies and the maintenance jump host"),
    ("plant dmz", "Z-1", "OPC UA from the historian, remote maintenance by ticket"),
    ("Z-1", "Z-2", "Line software to operator panels"),
    ("Z-2", "Z-3", "Engineering and panels to controllers"),
    ("Z-1", "Z-3", "Line software to controllers, reading only"),
    ("Z-5", "Z-6", "Missions from the fleet manager"),
)
SEEN_BY_SCANNERS = {"vendor": "vendor", "product": "product", "version": "version_in_use"}
LEVELS = {"c": "own_confidentiality", "i": "own_integrity", "a": "own_availability", "s": "own_safety"}


def write_down(calendar: Calendar, people: dict[str, User], tree: dict[str, Unit]) -> dict[str, Asset]:
    """The assets people know, by key, and what leans on what."""
    made = {}
    with calendar.at(WRITTEN_DOWN):
        supplying = {row["name"]: _supplier(row, calendar, people, tree) for row in sources.table("suppliers")}
        for row in sources.table("assets"):
            owner = people[row["owner"]]
            made[row["key"]] = inventory.register(
                actor=people["jonas"] if row["unit"] in ("northfield", "eastmere") else people["dana"],
                name=row["name"],
                kind=row["kind"],
                unit=tree[row["unit"]],
                owner=owner,
                supplier=supplying.get(row["vendor"]),
                **_fields(row, calendar.today),
            )
    with calendar.at(ZONED):
        _zones(people, tree)
    with calendar.at(CONNECTED):
        for row in sources.table("dependencies"):
            dependencies.record(made[row["dependent"]], made[row["supporting"]], row["kind"], actor=people["dana"])
    return made


def _zones(people: dict[str, User], tree: dict[str, Unit]) -> None:
    """One conduit is forgotten on purpose: the production system of Northfield leans on a host of the office."""
    made = {}
    for row in sources.table("zones"):
        achieved = int(row["achieved"]) if row["achieved"] else None
        made[row["name"]] = zones.register(
            actor=people["dana"],
            name=row["name"],
            unit=tree[row["unit"]],
            purdue_level=row["purdue"],
            purpose=row["purpose"],
            target_level=int(row["target"]),
            achieved_level=achieved,
            is_safety=row["safety"] == "yes",
            is_personal=row["personal"] == "yes",
            networks=row["networks"].split(),
        )
    for first, second, may_cross in CONDUITS:
        zones.connect(made[first], made[second], may_cross, actor=people["dana"])


def _supplier(row: dict[str, str], calendar: Calendar, people: dict[str, User], tree: dict[str, Unit]) -> Supplier:
    return suppliers.register(
        actor=people["dana"],
        name=row["name"],
        unit=tree[row["unit"]],
        owner=people[row["owner"]],
        services=row["services"],
        contract=row["contract"],
        contract_ends_on=calendar.today + timedelta(days=int(row["ends_in_days"])),
        criticality_level=int(row["criticality"]),
    )


def _fields(row: dict[str, str], today: date) -> dict:
    fields = {
        "description": row["description"],
        "purdue_level": row["purdue"],
        "zone": row["zone"],
        "is_safety_relevant": row["safety"] == "yes",
        "reachability": row["reach"],
        **{name: row[column] for column, name in SEEN_BY_SCANNERS.items() if column in row},
        "support_ends_on": today + timedelta(days=int(row["support_days"])) if row["support_days"] else None,
    }
    return fields | {name: int(row[column]) for column, name in LEVELS.items() if row[column]}


def scan(file_name: str, *, engineer: User, unit: Unit) -> DiscoveryRun:
    """Take in one scan of the plant's network as the engineer would, and let it be read."""
    content = plant.as_if_of_today((sources.FOLDER / file_name).read_bytes())
    run = intake.take_in(io.BytesIO(content), SOURCE, actor=engineer, unit=unit, file_name=file_name)
    reading.read(run.pk)
    run.refresh_from_db()
    return run


def accept_all(run: DiscoveryRun, *, engineer: User) -> None:
    """Everything a run found new enters the inventory."""
    settling.accept(Proposal.objects.filter(run=run, kind=Proposal.Kind.NEW), actor=engineer)


def complete_plant(today: date, people: dict[str, User], made: dict[str, Asset]) -> dict[str, Asset]:
    """What the engineer knows of the scanned devices and a scanner cannot: criticality, owner, support. By lower-case name."""
    by_hand = [asset.pk for asset in made.values()]
    scanned = {asset.name.split(".")[0].lower(): asset for asset in Asset.objects.exclude(pk__in=by_hand)}
    for row in sources.table("plant"):
        asset = scanned[row["name"]]
        fields = _fields(row, today)
        owner = people[row["owner"]] if row["owner"] else None
        scanned[row["name"]] = inventory.change(
            asset, actor=people["jonas"], version=None, kind=row["kind"], owner=owner, **{k: v for k, v in fields.items() if v}
        )
        if row["carries"]:
            dependencies.record(made[row["carries"]], asset, "CONTROLLED_BY", actor=people["jonas"])
    return scanned


def happenings(calendar: Calendar, people: dict[str, User], tree: dict[str, Unit], known: dict[str, Asset]) -> list[Event]:
    """A second host takes over within minutes, so the first one alone counts less for a while; two devices that the engineer kept
    for others lose their owner, and the head of the plant is asked for another; the wireless network sees one device of ours among
    phones that are people's own."""
    return [
        Event(GUESTS, 4200, lambda: _guests(people["dana"], tree["it"])),
        Event(SPARED, 8300, lambda: _spare(calendar, people["dana"], known["srv-hv2"])),
        Event(HANDED_BACK, 8300, lambda: _hand_back([known[name] for name in NOBODYS], people["jonas"])),
        *(Event(day, 9900, owners.follow) for day in (HANDED_BACK, YESTERDAY)),
    ]


def _guests(analyst: User, unit: Unit) -> None:
    """What the access points of the offices list: nothing of it is proposed, and the phones are forgotten after 30 days."""
    name = "wlan_clients.csv"
    with acting(analyst), (sources.FOLDER / name).open("rb") as stream:
        run = intake.take_in(stream, "wlan-offices", actor=analyst, unit=unit, file_name=name)
        reading.read(run.pk)


def _hand_back(assets: list[Asset], engineer: User) -> None:
    with acting(engineer):
        for asset in assets:
            inventory.change(asset, actor=engineer, version=None, owner=None)


def _spare(calendar: Calendar, analyst: User, host: Asset) -> None:
    reason = "Its twin takes over within minutes; tried on the last Sunday of the month"
    with acting(analyst):
        overrides.put(host, "availability", 4, actor=analyst, reason=reason, ends_on=calendar.today + timedelta(days=120))


def connect(assets: list[Asset], reachability: str, *, engineer: User) -> None:
    """A link was found on these, or cut to less than it was."""
    for asset in assets:
        asset.refresh_from_db()
        inventory.change(asset, actor=engineer, version=None, reachability=reachability)
