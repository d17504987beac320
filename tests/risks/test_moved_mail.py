"""Why a score changed, as the digest of whoever answers for the risk tells it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from portal import clock
from portal.attention import digests, reminders
from portal.people import organisations
from risks import cadence, controls, moved_mail, recompute, stale
from tests.factories.risks import make_control, make_levels, make_risk

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 12, 3, 8, tzinfo=UTC)


def scored(risks, *levels):
    for risk in risks:
        make_levels(risk, *levels)
    stale.mark_risks([risk.pk for risk in risks], "risk.levels_set")
    while recompute.refresh_batch():
        pass


def test_the_digest_says_what_moved_and_what_happened_who_did_it_and_what_each_step_did(company, person):
    owner, cio, colleague = person("OWNER", unit=company.northfield), person("CIO"), person("COLLEAGUE")
    mine = make_risk(unit=company.northfield, it_owner=owner, accountable="IT", title="Press line stops")
    others = [make_risk(unit=company.northfield, title=f"Furnace {n} stops") for n in range(6)]
    with clock.stopped(MORNING - timedelta(days=5)):
        scored([mine, *others], 4)
    with clock.stopped(MORNING - timedelta(hours=20)):
        scored([mine, *others], 5)
    with clock.stopped(MORNING - timedelta(hours=18)):
        control = make_control(unit=company.northfield, actor=cio, name="Locked cabinets")
        controls.link(control, mine, ["LIKELIHOOD"], actor=cio)
        while recompute.refresh_batch():
            pass
    with clock.stopped(MORNING):
        cadence.look_again_on(mine, organisations.today(), actor=None)
        reminders.remind()
        digests.send_due()

    # 3 × 4 × 4 = 48, 3 × 5 × 4 = 60, and what the control takes off
    words = [
        "48.0 → 56.8, +8.8 points",
        "+12.0 Likelihood 4 → 5, operational impact 4 · Levels set · 2 Dec",
        "−3.2 New: Controls that make it less likely: 1, together 36 % effective; without valid evidence: 1"
        f" · {control.number} Locked cabinets, Control linked, {cio.name} · 2 Dec",
    ]
    [letter] = [one for one in mail.outbox if one.to == [owner.email]]
    for body in (letter.body, letter.alternatives[0].content):
        assert all(told in body for told in ("What moved since 2 December 2026, and why", str(mine), *words))
        assert "Furnace" not in body
    with clock.stopped(MORNING):
        part = moved_mail.of(owner, date(2026, 12, 2))
        assert [(line.label, line.words) for line in part.lines] == [(str(mine), words)]
        assert part.lines[0].url == f"http://localhost/risks/{mine.pk}/score/change/?from=2026-12-01"
        assert (part.title, part.after) == ("What moved since 2 December 2026, and why", "")
        assert (len(moved_mail.of(cio, date(2026, 12, 2)).lines), moved_mail.of(cio, date(2026, 12, 2)).after) == (
            5,
            "2 risks more moved; Today shows them.",
        )
        assert moved_mail.of(owner, date(2026, 12, 3)) is moved_mail.of(colleague, date(2026, 12, 2)) is None
