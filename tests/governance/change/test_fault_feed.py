"""Initiatives that nobody answers for, or that the charter says nothing of: as counting by hand finds them."""

import random

import pytest

from governance.change import fault_feed
from governance.change.models import Initiative, InitiativeRisk
from governance.together import ownership_faults
from governance.together.models import OwnershipArea
from portal import clock
from risks.models import Risk
from tests.factories.governance import make_initiative
from tests.factories.portal import make_person
from tests.factories.risks import make_risk


def a_world(draw, company, people):
    """Initiatives of many owners in two units, with and without risks of all kinds; and a charter that leads some of them."""
    risks = [
        make_risk(
            unit=draw.choice([company.northfield, company.eastmere]),
            category=draw.choice(["OT", "IT", "DATA", "PEOPLE"]),
            is_confidential=draw.random() < 0.25,
        )
        for _n in range(16)
    ]
    Risk.objects.filter(pk__in=[one.pk for one in draw.sample(risks, 3)]).update(state="CLOSED")
    Risk.objects.filter(pk=draw.choice(risks).pk).update(archived_at=clock.now())
    for _n in range(30):
        owner = draw.choice(people)
        one = make_initiative(unit=draw.choice([company.northfield, company.eastmere]), by=owner)
        said = {"stage": draw.choice(["IDEA", "PLAN", "BUILD", "LIVE"])}
        if draw.random() < 0.15:
            said |= {"status": "STOPPED", "stopping_reason": "x"}
        said["archived_at"] = clock.now() if draw.random() < 0.1 else None
        Initiative.objects.filter(pk=one.pk).update(**said)
        for risk in draw.sample(risks, draw.randrange(4)):
            gone = clock.now() if draw.random() < 0.2 else None
            InitiativeRisk.objects.create(initiative=one, risk=risk, archived_at=gone)
    letters = [("A", ""), ("", "A"), ("A", "A"), ("R", "C")]
    return [
        OwnershipArea(key=f"a{n}", name=f"A{n}", cio=cio, ciso=ciso, risk_categories=draw.sample(["OT", "IT", "DATA"], 1))
        for n, (cio, ciso) in enumerate(draw.choice(letters) for _n in range(3))
    ]


def by_hand(areas, reader):
    """(unowned, outside) from plain loops over whole tables."""
    led = [category for area in areas if [area.cio, area.ciso].count("A") == 1 for category in area.risk_categories]
    seen = set(Risk.objects.visible_to(reader).values_list("pk", flat=True))
    mine = set(Initiative.objects.visible_to(reader).values_list("pk", flat=True))
    unowned, outside = [], []
    for one in Initiative.objects.order_by("pk"):
        if one.pk not in mine or one.archived_at or one.stage == "LIVE" or one.status == "STOPPED":
            continue
        if not one.owner.is_active or one.owner.is_service:
            unowned.append(one.pk)
        risks = [link.risk for link in one.risk_links.all() if link.archived_at is None]
        risks = [risk for risk in risks if risk.state == "OPEN" and not risk.archived_at and risk.pk in seen]
        if risks and not any(risk.category in led for risk in risks):
            outside.append(one.pk)
    return unowned, outside


@pytest.mark.parametrize("seed", [5, 6])
def test_they_equal_counting_by_hand_on_random_initiatives(company, person, seed, monkeypatch):
    monkeypatch.setattr(fault_feed, "ROWS_SHOWN", 99)
    draw = random.Random(seed)
    people = [make_person("OWNER", company=company) for _n in range(4)]
    areas = a_world(draw, company, people)
    for one in people[:2]:
        type(one).objects.filter(pk=one.pk).update(is_active=False)

    for reader in (person("CIO"), person("ANALYST", unit=company.northfield)):
        found = {
            fault.kind: (fault.count, [pk for _label, _kind, pk in fault.rows]) for fault in fault_feed.initiatives(areas, reader)
        }
        unowned, outside = by_hand(areas, reader)
        assert found == {kind: (len(ids), ids) for kind, ids in (("unowned", unowned), ("unled", outside)) if ids}
        assert unowned and outside
        without = [fault.kind for fault in fault_feed.initiatives([], reader)]
        assert without == (["unowned"] if unowned else [])  # no charter, so nothing is outside it
    told = [fault.sentence for fault in ownership_faults.of(areas, reader)]
    assert told[-1].endswith("no area that one office answers for.")
