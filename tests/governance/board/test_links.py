"""Every number of Today opens exactly its rows, for every role, on Verrow and on random data."""

import random
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest
from django.urls import resolve

from governance.board import figures, scope
from governance.change import under_way
from governance.change.models import Gate, Initiative, SeenAsset
from portal import clock
from portal.people.models import User
from risks import recompute, register
from risks.models import Levels, Risk
from tests.factories.assets import make_asset
from tests.factories.governance import at_a_gate, make_initiative
from tests.factories.portal import make_person

ROLES = [
    "CIO",
    "CISO",
    "CSO",
    "ARBITER",
    "PREPARER",
    "BOARD",
    "ANALYST",
    "OWNER",
    "HEAD",
    "ENGINEER",
    "COLLEAGUE",
    "AUDITOR",
    "ADMIN",
]


UNDER_WAY = "/governance/initiatives/under-way/"
# One of each scope and right is followed to its last figure; the others are the same with another name.
WHOLE = {"cio", "board", "analyst", "engineer", "owner", "colleague"}


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href", "")
        if tag in ("a", "use") and href.startswith("/") and "/static/" not in href:
            self.found.add(href.split("#")[0])


def heading_number(response) -> int:
    return int(re.search(r"<h1>\s*([\d,]+)", response.content.decode()).group(1).replace(",", ""))


def assert_every_figure_opens_its_rows(client, user, *, sample: int = 0, unit: str = "") -> int:
    """All figures that are not zero and two that are; or a sample of them, where somebody of the same scope was followed. Of one
    `unit`, where the page of it is looked at."""
    client.force_login(user)
    compared = 0
    known = figures.read(user, scope.of(user, unit)).by_key.values()
    empty = [figure for figure in known if not figure]
    followed = [*filter(None, known), *empty[:2]]
    for figure in random.Random(7).sample(followed, sample) if 0 < sample < len(followed) else followed:
        response = client.get(figure.url)
        assert response.status_code == 200, (user, figure)
        assert heading_number(response) == figure.value, (user.email, figure)
        compared += 1
    return compared


def assert_every_number_of_change_opens_its_rows(client, user, *, sample: int = 0, **asked) -> int:
    """Each number of "Change under way" leads to as many rows, where it counts things to rows whose last column adds up to them;
    programs find the same. Or a sample of the numbers."""
    client.force_login(user)
    page = client.get(UNDER_WAY, asked)
    if not user.has_perm("change.view_initiative"):
        assert page.status_code == 403
        return 0
    text, api = page.text, client.get(f"/api/v1/initiatives{UNDER_WAY[-11:]}", asked).json()
    numbers = re.findall(r'<a href="(/lists/initiatives/[^"]+)">\s*(?:(\d+) in )?(\d+)', text)
    [facts] = re.findall(r'<dl class="facts">(.*?)</dl>', text, re.DOTALL) or [""]
    assert not re.search(r">[^<]*\d", re.sub(r"<a .*?</a>", "", facts)), (user.email, "a number that leads nowhere")
    for href, things, count in random.Random(7).sample(numbers, sample) if 0 < sample < len(numbers) else numbers:
        rows = client.get(unescape(href))
        assert heading_number(rows) == int(count), (user.email, href)
        last = re.findall(r'<td class="num"[^>]*>(\d+)</td></tr>', rows.text.replace("\n", ""))
        assert not things or sum(map(int, last)) == int(things), (user.email, href)
    assert api["rows"] == unescape(numbers[0][0])
    for name in () if sample else under_way.LACKS:
        found = client.get("/api/v1/initiatives/", {"lacks": name, "fields": "id"}).json()["results"]
        told = {**api, "undeclared": api["undeclared_in"], "past_promise": api["waits_for_security_in"]}
        assert len(found) == told[name], (user.email, name)
    return len(numbers)


def assert_every_link_opens(client, user) -> None:
    client.force_login(user)
    page = client.get("/")
    assert page.status_code == 200, user
    links = Links()
    links.feed(page.content.decode())
    for href in sorted(links.found):
        if resolve(href.split("?")[0]).url_name in ("account_logout", "theme"):
            continue
        assert client.get(href).status_code in (200, 302), (user.email, href)


def change_is_under_way(dice, units, by) -> None:
    """Initiatives at random: late, at risk, not asked, with things nobody declared, and gates of which security owes its word."""
    found = [make_initiative(unit=dice.choice(units), by=by, live_on=dice.choice([None, date(2020, 1, 2)])) for _ in range(8)]
    Initiative.objects.filter(pk__in=[one.pk for one in found[::3]]).update(status="AT_RISK")
    for one in found[:5]:
        for _ in range(dice.randint(0, 3)):
            SeenAsset.objects.create(initiative=one, asset=make_asset(unit=one.unit), state="ASKED")
        at_a_gate(one)
    owed = Gate.objects.filter(initiative__in=found[:2])
    owed.update(asked_at=clock.now(), promised_on=date(2020, 1, 2))


@pytest.mark.longest
def test_every_number_opens_its_rows_at_verrow(client, verrow_db):
    compared = 0
    for account, door in verrow_db.items():
        user = User.objects.get(email=door["email"])
        compared += assert_every_figure_opens_its_rows(client, user, sample=0 if account in WHOLE else 6)
        assert_every_link_opens(client, user)
        assert_every_number_of_change_opens_its_rows(client, user, sample=0 if account == "cio" else 2)
        assert account == "admin" or "nav" in client.get("/").content.decode()

    assert compared > 100


@pytest.mark.parametrize("seed", [1])
def test_every_number_opens_its_rows_on_random_data(client, company, seed):
    dice = random.Random(seed)
    units = [company.root, company.northfield, company.eastmere, company.finance]
    people = [make_person(name, company=company, unit=dice.choice(units)) for name in ROLES]
    leader = people[0]
    for number in range(40):
        owner = dice.choice(people)
        register.log(
            actor=leader,
            title=f"Something stops {number}",
            category=dice.choice(Risk.Category.values),
            unit=dice.choice(units),
            likelihood_level=dice.choice([None, 1, 2, 3, 4, 5]),
            impact={"financial": dice.randint(1, 5), "safety": dice.choice([None, 1, 4, 5])},
            it_owner=dice.choice([None, owner]),
            is_confidential=dice.random() < 0.3,
            named_people=[dice.choice(people)],
            review_every_days=dice.choice([1, 5, 90]),
        )
    Risk.objects.filter(pk__in=Risk.objects.values("pk")[:15]).update(review_due_on="2020-01-01")
    change_is_under_way(dice, units[1:3], leader)
    recompute.mark_due()
    while recompute.refresh_batch(500):
        pass
    assert Levels.objects.exists()

    compared = sum(assert_every_figure_opens_its_rows(client, user, sample=8) for user in people)
    plant, head = str(company.northfield.pk), make_person("HEAD", company=company, unit=company.northfield)
    for user in (leader, people[ROLES.index("BOARD")], head):
        compared += assert_every_figure_opens_its_rows(client, user, sample=6, unit=plant)
        assert_every_number_of_change_opens_its_rows(client, user, sample=2, unit=plant)
    assert assert_every_number_of_change_opens_its_rows(client, leader) == 8
    assert assert_every_number_of_change_opens_its_rows(client, people[ROLES.index("COLLEAGUE")]) == 0

    assert compared > 75
