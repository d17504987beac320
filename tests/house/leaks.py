"""Generated requests, and a world whose hidden part can be turned round: whoever may not see it must not notice.

The oracle is not a list of words but the answer itself. Somebody asks; then everything that is hidden from them changes (titles,
owners, kinds, levels, dates, links), and in units that they do not see more of everything appears, which is the same as taking
it away; then they ask again. Every byte has to be the same, but for what DECLARED says is no secret.
"""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from assets import inventory
from assets.discovery import reading
from portal.attention.models import Review
from portal.people import organisations, roles
from portal.people.access import OPEN_TO_ALL
from portal.record import sealing
from risks import controls, recompute, register, stale
from risks.models import Risk, RiskAsset
from risks.treatments import Step
from tests.factories.assets import make_asset, make_dependency, make_host, make_run, make_scan
from tests.factories.portal import make_person, make_user
from tests.factories.risks import make_levels, make_treatment
from tests.house import world
from tests.house.route_table import CONFIDENTIAL, OTHER, OWN, PLACES
from tests.house.routes import Entrance
from tests.house.source import modules

# What an address may tell although it counts what is hidden: a pattern of the answer that is left out of the comparison.
# One line a route, with the reason; everything else has to be the same to the byte.
DECLARED: dict[str, tuple[str, str]] = {
    "archive:heads": (
        r"\d+|[0-9a-f]{64}",
        "the chain is one for the whole portal: how long it is, and its head, is for every auditor",
    ),
    "risks:recompute": (r"\d+", "operates the whole portal: its numbers are of all risks, its rows of those one may open"),
}
# A secret is drawn at each visit, and shown by the page on which it is taken into an app or a key.
DECLARED |= {
    "people:factor-app": (r'<path d="[^"]*"|[A-Z2-7]{16,}', "the secret of an app, as a picture and in letters"),
    "people:factor-passkey": (r'"challenge": ?"[^"]*"', "the challenge of a key"),
}
# The secret address of one's own calendar is drawn anew each time it is asked for.
DECLARED |= dict.fromkeys(("attention:calendar", "api:calendar-list"), (r"/calendar/[\w-]+/concord", "the secret of an address"))
# Of every answer: what differs between two requests anyway.
# The moment of the newest seal moves with whatever the portal records.
ANYWAY = re.compile(r'"up_to":"[^"]*"|csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|[0-9a-f]{32}')
DIGITS = re.compile(r"\d+")  # a row made and undone has another id the next time

WIDE = roles.EVERYWHERE - roles.OPENS_CONFIDENTIAL
NARROW = ("ANALYST", "OWNER", "HEAD", "ENGINEER", "COLLEAGUE", "INTEGRATION")
BLIND = (*sorted(WIDE), *NARROW)  # from these something of the world is hidden
ASKS_FOR = re.compile(r"""(?:GET|params|query_params)(?:\.get\(|\[)["'](\w+)["']""")


@dataclass(frozen=True)
class Asked:
    """One request, as it can be sent again."""

    name: str
    method: str
    url: str
    body: str = ""

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.url} {self.body}".strip()


class World:
    """The three objects of every kind of the table, and two confidential risks that can change places."""

    def __init__(self, company: Any):
        self.company = company
        self.things = world.build(company)
        self.analyst = make_person("ANALYST", company=company)
        self.owners = [make_user("Mala Quartz"), make_user("Ossian Flint")]
        self.first = self.things["risk"][CONFIDENTIAL]
        self.second = Risk.objects.create(
            number="R-T99999",
            title="Palegrave inquiry",
            category=Risk.Category.LEGAL,
            unit=company.northfield,
            is_confidential=True,
            review_due_on=date(2020, 1, 1),
            it_owner=self.owners[0],
            accountable="IT",
        )
        make_levels(self.second, 2, financial=2)
        self._equip(self.second)
        self.settle([self.first, self.second])

    def _equip(self, risk: Risk) -> None:
        """What bears on the score of the first bears on this one too, so that the sum stays when they change places."""
        RiskAsset.objects.create(risk=risk, asset=self.things["asset"][OWN])
        controls.link(self.things["control"][OWN], risk, ["LIKELIHOOD"], actor=None)
        step = Step("IT", "Palegrave less", self.owners[0], organisations.today())
        make_treatment(risk, actor=self.owners[0], steps=[step], title="Palegrave no more")

    def settle(self, risks: Sequence[Risk]) -> None:
        stale.mark_risks([risk.pk for risk in risks], "risk.changed")
        while recompute.refresh_batch():
            pass
        reading.read_waiting()
        sealing.seal_all()

    def turn_round(self, *, wide: bool) -> None:
        """Change all that is hidden from somebody who works for Northfield; `wide`: only what is confidential."""
        pair = (self.first, self.second)
        levels = [[(row.stage, row.likelihood_level, _impact(row)) for row in risk.levels.all()] for risk in pair]
        turned = {"title": "Wryneck purchase", "cause": "Zephyrine", "consequence": "Yarrowmere", "grounds": "Xanthic"}
        change(self.first, **turned, category="PEOPLE", it_owner=self.owners[1], accountable="IT", review_due_on=date(2020, 2, 2))
        change(self.second, title="Vellichor sale", category="OT", it_owner=None, accountable="", review_due_on=date(2098, 1, 1))
        for risk, given in zip(pair, reversed(levels), strict=True):  # they change places, so the sum of a scope stays
            for stage, likelihood, impact in given:
                make_levels(risk, likelihood, stage=stage, **dict.fromkeys(_AREAS) | impact)
        self.first.named_people.add(self.owners[0])
        Review.objects.filter(subject_kind="risk", subject_id=self.first.pk).update(due_on=date(2020, 2, 2), owner=self.owners[1])
        touched = [self.first, self.second]
        if not wide:
            touched += self._elsewhere()
        self.settle(touched)

    def _elsewhere(self) -> list[Risk]:
        unit = self.company.eastmere
        other = self.things["risk"][OTHER]
        change(other, title="Ubiety clause", category="FINANCE", it_owner=self.owners[0], accountable="IT")
        press = self.things["asset"][OTHER]
        inventory.change(press, actor=None, version=None, name="Tessellate mill", owner=self.owners[1], vendor="Sardonyx")
        more = make_asset("Rubicund kiln", unit=unit, own_safety=5, mac_address="00:1b:1b:9f:29:99")
        make_dependency(more, press)
        make_run(make_scan(make_host("10.29.1.11", name="quern.verrow.example")), unit=unit, source="nmap-9")
        return [
            other,
            register.log(
                actor=self.analyst,
                title="Petrichor spill",
                category="OT",
                unit=unit,
                assets=[more],
                likelihood_level=5,
                impact={"safety": 5},
                it_owner=self.owners[1],
            ),
        ]


_AREAS = ("financial", "operational", "safety", "legal", "reputation")


def _impact(levels: Any) -> dict[str, int]:
    return {area: level for area in _AREAS if (level := getattr(levels, f"{area}_level")) is not None}


def change(row: Any, **fields: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()


def parameters() -> list[str]:
    """Every name that some page reads from its address; new pages come in by themselves."""
    return sorted({name for path in modules() for name in ASKS_FOR.findall(path.read_text())} - {"dry_run"})


class Requests:
    """An endless supply, from a seed: any route, any object, any question."""

    def __init__(self, seed: str, role: str, here: World, entrances: Sequence[Entrance], line_of: Callable[[Entrance], Any]):
        self.dice = random.Random(seed)
        self.world, self.line_of = here, line_of
        self.entrances = [one for one in entrances if line_of(one) is not None]
        held = {OPEN_TO_ALL, *roles.PERMISSIONS[role]}
        doors = [one for one in self.entrances if one.is_api or role != "INTEGRATION"]
        self.open_to_role = [one for one in doors if one.permission in held]
        self.names = parameters()
        self.values = self._values()

    def _values(self) -> list[str]:
        things = [thing for places in self.world.things.values() for thing in places.values()]
        ids = sorted({str(thing.pk) for thing in things} | {str(person.pk) for person in self.world.owners})
        numbers = [str(thing.number) for thing in things if hasattr(thing, "number")]
        words = [word for places in world.WORDS.values() for word in places.values()]
        words += ["Palegrave", "Wryneck", "Vellichor", "Ubiety", "Tessellate", "Petrichor", "Rubicund", "Zephyrine", "Sardonyx"]
        dates = ["2020-01-01", "2026-01-01T00:00:00Z", "2027-01-04", "2098-01-01"]
        choices = ["LEGAL", "PEOPLE", "OT", "FINANCE", "me", "none", "NONE", "open", "closed", "all"]
        choices += ["overdue", "due_soon", "answered", "mine"]
        choices += ["LOW", "MEDIUM", "HIGH", "SEVERE", "CURRENT", "INHERENT", "OPEN", "NEW", "risk", "asset", "true", "false", "0"]
        sorts = ["-score", "score", "number", "-number", "review", "name", "-name", "id", "-id", "-criticality"]
        self.fitting = {
            "q": words + numbers,
            "search": words,
            "title": words,
            "asset": ids + words + numbers,
            "page_size": list("123"),
        }
        self.fitting |= dict.fromkeys(("owner", "unit", "units", "risk", "dependent", "supporting", "parent"), ids + numbers)
        self.fitting |= {"updated_since": dates[1:2], "sort": sorts, "ordering": sorts, "after": ids, "kind": choices}
        return [*ids, *ids, *numbers, *numbers, *words, *words, *dates, *choices, *sorts, *"12345", "", "%", "\u00e4"]

    def __iter__(self) -> Iterator[Asked]:
        while True:
            yield self.one()

    def one(self) -> Asked:
        entrance = self.dice.choice(self.open_to_role if self.dice.random() < 0.9 else self.entrances)
        line = self.line_of(entrance)
        place = self.dice.choice(PLACES)
        thing = self.world.things[line.kind].get(place) or self.world.things[line.kind][OWN] if line.kind else None
        arguments = {"run": line.more["run"](thing)} if line.key == "run" else line.arguments(thing)
        url = reverse(entrance.name.removeprefix("api:"), kwargs=arguments)
        taken = sorted(set(getattr(entrance.callback, "actions", None) or ({"get"} if entrance.is_api else {"get", "post"})))
        methods = taken + ["get"] * 6 * ("get" in taken)
        method = self.dice.choice(methods)
        question = self._question(entrance)
        if method in ("get", "head"):
            return Asked(entrance.name, method, url + question)
        return Asked(entrance.name, method, url, self._body())

    def _question(self, entrance: Entrance) -> str:
        names = self._known(entrance) if entrance.is_api else self.names
        chosen = [self.dice.choice(names) for _ in range(self.dice.choice((0, 1, 1, 2, 3))) if names]
        told = [
            (name, self.dice.choice(self.values if self.dice.random() < 0.3 else self.fitting.get(name, self.values)))
            for name in chosen
        ]
        return f"?{urlencode(told, quote_via=quote)}" if told else ""

    def _known(self, entrance: Entrance) -> list[str]:
        view = entrance.view_class(**getattr(entrance.callback, "initkwargs", {}))
        view.action = (getattr(entrance.callback, "actions", None) or {}).get("get", "")
        names = view.known_parameters() if hasattr(view, "known_parameters") else []
        return [name for name in names if name != "cursor"]  # written by us, so a made-up one is only refused

    def _body(self) -> str:
        names = ("title", "unit", "asset", "owner", "it_owner", "assets", "dependent", "reason", "proposals", "all_new")
        name = self.dice.choice(names)
        value = self.dice.choice(self.values)
        told = int(value) if value.isascii() and value.isdigit() else value
        return "{}" if self.dice.random() < 0.3 else json.dumps({name: [told] if name in ("assets", "proposals") else told})


def answer(door: Any, asked: Asked) -> str:
    """Status, where it leads and the body, as far as it must not depend on what is hidden; whatever was done is undone."""
    cache.clear()
    options: dict[str, Any] = dict(door.headers) if asked.name.startswith("api:") else {}
    if asked.method not in ("get", "head"):
        options |= {"data": asked.body, "content_type": "application/json", "headers": {"If-Match": "*"}}
        if not asked.name.startswith("api:"):
            options |= {"content_type": "application/x-www-form-urlencoded", "data": ""}
    with transaction.atomic():
        response = getattr(door.client, asked.method)(asked.url, **options)
        transaction.set_rollback(True)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    body = ANYWAY.sub("", _words(content))
    if asked.name in DECLARED:
        body = re.sub(DECLARED[asked.name][0], "", body)
    if asked.method not in ("get", "head"):
        body = DIGITS.sub("", body)
    return f"{response.status_code} {response.headers.get('Location', '')}\n{body}"


def _words(content: bytes) -> str:
    """What an answer says; of a file that holds others what each of them says, without the moment it was packed at."""
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(f"{name} {packed.read(name).decode(errors='replace')}" for name in packed.namelist())
