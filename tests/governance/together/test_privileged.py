"""What is privileged leaves by no door: not to readers outside of the seats and counsel, and by no search, file, feed or mail."""

import io

import pytest
from django.core import mail
from django.test import Client

from governance.together import decisions
from governance.together.conditions import Wanted
from governance.together.models import Condition, Decision
from governance.together.wanted import Option
from portal import clock
from portal.attention import calendars, digests
from portal.people import organisations, role_assignments, tokens
from portal.record import sealing
from portal.signing import signatures
from portal.talk import attaching
from portal.webhooks import outbox
from portal.webhooks.models import Delivery
from tests.factories.governance import answer, make_decision
from tests.factories.portal import make_user
from tests.factories.risks import make_risk
from tests.factories.talk import make_comment, make_place
from tests.factories.webhooks import make_webhook

WORD = "Lanternmoth"
OUTSIDE = ("ANALYST", "OWNER", "AUDITOR", "BOARD", "ARBITER", "CSO")  # these two until they are asked
PAGES = (
    *("/", "/inbox/", "/reviews/", "/calendar/", "/governance/decisions/?view=open", "/governance/decisions/?view=decided"),
    *(
        "/governance/ownership/",
        "/governance/goals/",
        "/governance/alignment/",
        "/search/?q=lanternmoth",
        "/palette/?q=lanternmoth",
    ),
    *("/lists/decisions/?view=open", "/lists/decisions/export/?view=open", "/lists/decisions/sample/", "/watches/", "/jobs/"),
)
RESOURCES = (
    *("decisions", "decision-conditions", "signature-requests", "signatures", "reviews", "inbox", "watches", "calendar"),
    *("decisions/export", "dashboard", "search/?q=lanternmoth", "audit-entries/?kind=decision", "alignment", "board-packs"),
)


@pytest.fixture
def around(company, person):
    """A decision in words that stand nowhere else, answered, opposed, with conditions, talk and a file; privileged since."""
    analyst, cio, ciso = person("ANALYST", unit=company.northfield), person("CIO"), person("CISO")
    owner, risk = person("OWNER", unit=company.northfield), make_risk(unit=company.northfield)
    said = {"title": f"{WORD} claim", "question": f"Do we settle {WORD}?", "context": f"{WORD} was leaked."}
    options = [Option(f"{WORD} A", f"{WORD} pays"), Option(f"{WORD} B")]
    decision = make_decision(unit=company.northfield, by=analyst, rests_on=[risk], options=options, **said)
    tomorrow = organisations.today()
    answer(decision, cio, "CONDITIONS", reason=f"{WORD} signs", told=[Wanted(f"{WORD} stays away", owner=owner, due_on=tomorrow)])
    answer(decision, ciso, "OPPOSE", reason=f"{WORD} lies", would_change_my_mind=f"{WORD} shows papers")
    make_comment(decision, f"{WORD} called again", by=analyst)
    attaching.attach(make_place(decision), io.BytesIO(b"text"), f"{WORD}.txt", actor=analyst)
    decisions.mark_privileged(decision, True, actor=person("COUNSEL"))
    sealing.seal_all()
    decision.refresh_from_db()
    return {"decision": decision, "risk": risk, "cio": cio, "ciso": ciso, "ANALYST": analyst, "OWNER": owner}


def addresses(around):
    pk, condition, risk = around["decision"].pk, Condition.objects.get().pk, around["risk"].pk
    own = [f"/governance/decisions/{pk}/", f"/about/decision/{pk}/", f"/history/decision/{pk}/", f"/risks/{risk}/"]
    own += [f"/governance/conditions/{condition}/meeting/", f"/signatures/decision/{pk}/", f"/about/condition/{condition}/"]
    api = [one if "?" in one else f"{one}/" for one in RESOURCES]
    api += [f"decisions/{pk}/", f"decision-conditions/{condition}/", f"comments/?kind=decision&subject={pk}"]
    api += ["decisions/?updated_since=2026-01-01T00:00:00Z", f"files/?kind=decision&subject={pk}"]
    return [*PAGES, *own, *(f"/api/v1/{one}" for one in api)]


@pytest.mark.parametrize("role", [*OUTSIDE, "INTEGRATION"])
def test_whoever_is_neither_in_a_seat_nor_counsel_meets_no_word_of_it(around, person, as_person, role):
    reader = around.get(role) or (make_user("A machine", is_service=True) if role == "INTEGRATION" else person(role))
    if role == "INTEGRATION":
        role_assignments.give(reader, role, around["decision"].unit, actor=None)
        scopes = ["decisions:read", "reviews:read", "signatures:read", "comments:read", "risks:read", "files:read", "search:read"]
        client, given = Client(), {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(reader, 'x', scopes, actor=None)[1]}"}
        doors = [one for one in addresses(around) if one.startswith("/api/")]
    else:
        client, given, doors = as_person(reader), {}, addresses(around)
    opened = 0

    for address in doors:
        found = client.get(address, **given)
        body = b"".join(found.streaming_content) if found.streaming else found.content
        opened += found.status_code == 200
        assert WORD.encode() not in body.replace(b"lanternmoth", b""), (role, address)
        assert around["decision"].number.encode() not in body, (role, address)
        assert found.status_code < 500, (role, address)

    assert opened > (3 if role == "INTEGRATION" else 10)


def test_the_cso_in_a_seat_and_the_arbiter_once_asked_open_it(around, person):
    cso, arbiter, rows = person("CSO"), person("ARBITER"), Decision.objects.filter(pk=around["decision"].pk)
    seen = lambda: [who for who in (cso, arbiter) if rows.visible_to(who).exists()]  # noqa: E731
    assert seen() == []

    rows.update(escalated_at=clock.now())
    assert seen() == [arbiter]
    signatures.ask(around["decision"], ["CIO", "CISO", "CSO"], actor=None)

    assert seen() == [cso, arbiter]


def test_not_even_a_seat_carries_it_out_by_search_file_feed_or_mail(around, as_person, django_capture_on_commit_callbacks):
    cio, decision = around["cio"], around["decision"]
    client = as_person(cio)
    assert WORD in client.get(f"/governance/decisions/{decision.pk}/").text  # the seat itself reads it

    carried = {
        address: client.get(address)
        for address in ("/search/?q=lanternmoth", "/palette/?q=lanternmoth", "/lists/decisions/export/?view=open&as=csv")
    }
    carried["api search"] = client.get("/api/v1/search/?q=lanternmoth")
    carried["api export"] = client.get("/api/v1/decisions/export/?view=open")
    for door, found in carried.items():
        body = b"".join(found.streaming_content) if found.streaming else found.content
        assert (found.status_code, f"{WORD} claim".encode() in body) == (200, False), door
    assert WORD not in calendars.written(cio).decode()
    decisions.change(decision, actor=cio, version=None, context=f"{WORD} was leaked twice.")  # the other seat hears
    with django_capture_on_commit_callbacks(execute=True):
        digests.send_due(at_once=True)
    letters = [one for one in mail.outbox if around["ciso"].email in one.to]
    assert len(letters) == 1
    assert WORD not in letters[0].body and "Decision that is privileged" in letters[0].body


def test_a_webhook_hears_nothing_of_it_once_it_is_privileged(around, person, company):
    machine = make_user("A machine", is_service=True)
    role_assignments.give(machine, "INTEGRATION", company.root, actor=None)
    make_webhook(machine, actor=person("ADMIN"), events=["decision.*"])
    decisions.change(around["decision"], actor=around["cio"], version=None, context="Otherwise")
    sealing.seal_all()

    outbox.take_up()

    assert not Delivery.objects.filter(verb__startswith="decision.").exists()
