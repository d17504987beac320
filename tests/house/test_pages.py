"""Every page there is, in a browser: accessible in both themes, whole on a phone, nothing missing, nothing named twice; and no
sentence that cannot be translated."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from governance.board.models import AnswerWords, BoardPack, PackQuestion
from governance.change import bearing, declarations, patterns, stages
from governance.change.declarations import Said
from governance.change.models import SeenAsset
from governance.change.wanted import Planned
from governance.compliance import findings, internal_audits, management_reviews, mappings, profiles, ratings, statements
from governance.together import goals, meetings
from governance.together.models import Condition, Decision
from portal import clock
from portal.attention import reminders, reviews
from portal.attention.models import Reminder
from portal.people import organisations, proposals
from portal.people.models import Appointment, Delegation, Departure, RoleAssignment
from portal.talk import attaching, comments
from portal.workbench.models import CustomField, Tag
from risks import appetite, concerns, controls, formula_versions, indicators, recompute, register
from risks.models import Finding
from risks.response import activations, plans
from risks.treatments import Step
from tests import browser as chromium
from tests.factories import portal as make
from tests.factories.assets import make_asset, make_conduit, make_dependency, make_run, make_supplier
from tests.factories.board import make_pack
from tests.factories.compliance import make_audit, make_framework
from tests.factories.governance import make_decision, make_edition, make_goal, make_initiative, make_planned, make_spend_line
from tests.factories.lists import make_edit, make_view
from tests.factories.response import make_exercise, make_incident, make_plan
from tests.factories.risks import make_control, make_evidence, make_exception, make_indicator, make_reading, make_treatment
from tests.factories.sheets import check, make_csv, make_import, make_line
from tests.factories.sign_on import make_provider
from tests.factories.talk import make_comment, make_place
from tests.factories.webhooks import make_webhook
from tests.house import tongue

pytestmark = pytest.mark.axe

# Of the library, for programs, and with a test of its own (tests/portal/archive/test_look.py).
NO_ROOMS = {"admin", "scim", "archive"}
# Open while nobody lives here, to leaders, and to who is not in yet (tests/portal/web/people/test_browser.py).
OWN_TEST = {"setup:begin", "setup:demo", "offices:aide-naming", "people:invitation", "people:new-password"}
OWN_TEST |= {"risks:recalculation", "compliance:framework-csv"}  # files
OWN_TEST |= {"attention:calendar-file"}  # read by programs, under a secret
OWN_TEST |= {"risks:authority-new", "risks:appetite-change"}  # pages for leaders
OWN_TEST |= {
    "compliance:profile-csv",
    "compliance:statement-xlsx",
    "compliance:statement-pdf",
    "compliance:internal-audit-pdf",
    "compliance:internal-audit-xlsx",
    "compliance:framework-oscal",
    "compliance:profile-oscal",
}
OWN_TEST |= {"board:tile"}  # a picture or a sheet
OWN_TEST |= {"board:pack-file", "board:pack-blocks", "board:pack-block-words", "board:pack-block-questions"}
KEYS = {"stage": "CURRENT", "part": "contacts", "kind": "risk"}  # of parameters that are no keys
WELL_KNOWN = {"assets:inventory", "assets:asset", "risks:register", "risks:risk", "attention:reviews", "attention:inbox"}
WELL_KNOWN |= {"people:people", "people:person", "people:account", "people:factor-app", "people:factor-passkey"}
TWICE = "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, place, all) => all.indexOf(id) !== place)"
LOST = """[...document.querySelectorAll('[aria-labelledby], [aria-describedby], [for]')].flatMap(e =>
  ['aria-labelledby', 'aria-describedby', 'for'].flatMap(name => (e.getAttribute(name) || '').split(' ').filter(Boolean)))
  .filter(id => !document.getElementById(id))"""


def named(patterns, room=""):
    """Every named address of the rooms, with the names of its parameters."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern.url_patterns, pattern.namespace or room)
        elif isinstance(pattern, URLPattern) and room and room not in NO_ROOMS and pattern.name:
            yield f"{room}:{pattern.name}", sorted(pattern.pattern.converters)


def furnished():
    """Somebody who may open every page but those of leaders, a leader, and one thing of each kind: its key by the room or the name
    of an address."""
    company = make.make_company()
    appetite.agree({"": (10, 20)}, actor=None)
    reader = make.make_person("ADMIN", company=company)
    RoleAssignment.objects.create(user=reader, role="ANALYST", unit=company.root)
    historian = make_asset("Plant historian", unit=company.northfield, own_integrity=4, actor=reader)
    press = make_asset("Press line 2 controller", unit=company.northfield, actor=reader)
    make_dependency(historian, press, actor=reader)
    run = make_run(unit=company.northfield, actor=reader)
    risk = register.log(
        actor=reader,
        title="Ransomware reaches Northfield line control",
        cause="Engineering workstations bridge the office and control networks",
        category="OT",
        unit=company.northfield,
        assets=[press],
        likelihood_level=4,
        impact={"operational": 4, "safety": 2},
        it_owner=reader,
        accountable="IT",
    )
    recompute.refresh_batch()
    review = reviews.schedule(risk, "risk.review", organisations.today(), [], owner=reader, actor=reader)
    reminders.remind()
    told = Reminder.objects.filter(recipient=reader).first()
    sheet = check(make_import(make_csv(make_line(1), make_line(2, Likelihood="9", Owner=reader.name)), actor=reader))
    control = make_control(unit=company.northfield, actor=reader, owner=reader)
    make_evidence(control, actor=reader)
    controls.link(control, risk, ["IMPACT"], actor=reader)
    plan = make_treatment(risk, actor=reader, steps=[Step("IT", "Buy the gateway", reader, organisations.today())])
    indicator = make_indicator(unit=company.northfield, owner=reader, actor=reader)
    indicators.link(indicator, risk, actor=reader)
    for days_ago, value in ((60, 20), (30, 45), (1, 70)):
        make_reading(indicator, value, days_ago=days_ago, actor=reader)
    exception = make_exception(risk, by=reader)
    decision = make_decision(unit=company.northfield, by=reader, rests_on=[risk])
    paid = make_spend_line(unit=company.northfield, by=reader, renews_on=organisations.today() + timedelta(days=30))
    make_spend_line(unit=company.northfield, by=reader, paid_by="SECURITY", yearly_cost=Decimal(9000))
    started = make_initiative(
        unit=company.northfield, by=reader, milestones=[Planned("The pilot line runs", organisations.today(), 70)]
    )
    met = meetings.plan(actor=reader, meets_on=organisations.today())
    raised = concerns.raise_one(actor=reader, text="The side door stands open", unit=company.northfield)
    goal = make_goal(by=reader, there_for=[risk])
    goals.read_measure(goal, "CIO", Decimal(72), actor=reader)
    declarations.declare(started, [Said("ADDS", "OT_DEVICE", "INTERNAL", 3, "Line 2")], actor=reader)
    make_planned(unit=company.northfield, by=reader, title="Nothing changes at the turn of the year", kind="FREEZE", hours=48)
    patched = make_planned(unit=company.northfield, by=reader, assets=[historian])
    SeenAsset.objects.create(initiative=started, asset=historian, state="ASKED")
    stages.advance(started, "PLAN", actor=reader)
    bearing.link(started, risk, actor=reader)
    gate = started.gates.first()
    way = patterns.propose(actor=reader, title="Our platform", description="So", answers={"sbd-owner": "Its owner"})
    edition = make_edition(by=reader)
    answer = make_plan(unit=company.northfield, actor=reader, risks=[risk], assets=[press])
    plans.take_force(answer.versions.get(), actor=None)
    exercise = make_exercise(answer, actor=reader)
    finding = Finding.objects.create(exercise=exercise, text="No deputy was named", noted_by=reader)
    incident = make_incident(unit=company.northfield, actor=reader, risks=[risk], assets=[press])
    live = activations.activate(answer, actor=reader, incident=incident)
    other, today = make.make_user("Sade Oyelaran", reports_to=reader), organisations.today()
    make_asset("Oven 3", unit=company.northfield, owner=other, actor=reader)
    proposal = proposals.propose("CIO", make.make_user("Idris Bell"), actor=other, from_on=today, substitute=other)
    Delegation.objects.create(delegator=other, delegate=reader, from_on=today, to_on=today)
    Appointment.objects.create(seat="CISO", holder=make.make_user("Tomas Vale"))
    gone = Departure.objects.create(person=make.make_user("Gone"), handed_over_by=reader, passed={"assets": {str(other.pk): 2}})
    make_framework(1, 2)
    rules = make_framework(1, 3, version="2.0", actor=reader)
    mappings.add(control, rules.requirements.get(identifier="hr-1"), "SUBSET", actor=reader, note="Doors only")
    statement = statements.open_one(make_framework(1, title="Annex", kind="control"), company.root, actor=reader)
    statements.set_scope(statement, "Both plants and the offices", actor=reader)
    statements.decide(statement.lines.first(), actor=reader, version=None, is_applicable=True, reason="Doors")
    statements.ask(statement, actor=reader)
    audited = make_audit(unit=company.root, actor=reader, framework=rules)
    fault = internal_audits.find(audited, actor=reader, grade="CHANCE", text="The list is old")
    findings.act(fault, actor=reader, text="A new list", owner=other, due_on=today)
    looked = management_reviews.open_one(rules, company.root, actor=reader, held_on=today)
    management_reviews.write(looked, actor=reader, version=None, considered="Two letters", outcome="Carry on")
    management_reviews.ask(looked, actor=reader)
    profile = profiles.open_one(rules, company.root, actor=reader)
    leader = Appointment.objects.get(seat="CISO").holder
    RoleAssignment.objects.create(user=leader, role="CISO", unit=company.root)
    done = make_decision(unit=company.northfield, by=reader, put=False, title="One gateway for all vendors")
    Decision.objects.filter(pk=done.pk).update(state="DECIDED", outcome="TOGETHER", decided_at=clock.now())
    asked_for = Condition.objects.create(
        decision=done, office="CISO", text="It is tested", owner=leader, due_on=today, asked_by=leader
    )
    practice = ratings.rate(profile.practices.first(), "SECURITY", 2, actor=leader, reason="Seen on a walk")
    ratings.rate(practice, "IT", 1, actor=None, reason="The list is old")
    profiles.aim(practice, actor=reader, version=None, owner="BOTH", target_level=3, note="By spring")
    formula = formula_versions.draft({"base_points": "3.5"}, "Levels weigh more.", actor=reader)
    pack = make_pack(unit=company.root, by=other)
    question = PackQuestion.objects.create(block=pack.blocks.first(), text="What of it?", asked_by=other)
    AnswerWords.objects.create(question=question, text="This.", office="CIO", written_by=other)
    BoardPack.objects.filter(pk=pack.pk).update(state="RELEASED", released_at=clock.now(), digest="0" * 64)
    said = make_comment(risk, by=reader)
    laid = attaching.attach(make_place(risk), io.BytesIO(b"What the night shift saw"), "night.txt", actor=reader)
    comments.change(make_place(risk), said, "Is it in use?", actor=reader, version=1, mentions=[])
    return (reader, leader), {
        "together:decision-outcome": done.pk,
        "together:condition-meeting": asked_for.pk,
        "together:alignment-term": "areas_without_fault",
        "together:answer-card": {"kind": "decision", "pk": decision.pk},
        "signing": {"kind": "decision", "pk": decision.pk},
        **dict.fromkeys(("risks:formula-version", "risks:formula-version-change"), formula.pk),
        "board": pack.pk,
        "board:question": question.pk,
        "compliance": rules.pk,
        "compliance:profile": profile.pk,
        "compliance:statement": statement.pk,
        "compliance:statement-line": statement.lines.first().pk,
        "compliance:practice": practice.pk,
        "compliance:internal-audit": audited.pk,
        "compliance:audit-finding": fault.pk,
        "compliance:management-review": looked.pk,
        "compliance:requirement": rules.requirements.assessable().first().pk,
        "assets": press.pk,
        "assets:run": run.pk,
        "assets:zone": make_conduit(unit=company.northfield, actor=reader).first.pk,
        "assets:supplier": make_supplier(unit=company.northfield, actor=reader).pk,
        "risks": risk.pk,
        **dict.fromkeys(("risks:control", "risks:control-change", "risks:control-evidence"), control.pk),
        **dict.fromkeys(("risks:indicator", "risks:indicator-change"), indicator.pk),
        **dict.fromkeys(("risks:treatment", "risks:treatment-change", "risks:treatment-evidence"), plan.pk),
        **dict.fromkeys([f"risks:exception{page}" for page in ("", "-words", "-extension", "-closing")], exception.pk),
        **dict.fromkeys([f"together:decision{page}" for page in ("", "-words", "-withdrawal")], decision.pk),
        "together": decision.pk,
        **dict.fromkeys([f"together:goal{page}" for page in ("", "-words", "-ending")], goal.pk),
        "risks:concern": raised.pk,
        "together:meeting": met.pk,
        "together:theme-words": goal.theme_id,
        **dict.fromkeys([f"change:spend-line{page}" for page in ("", "-words")], paid.pk),
        **dict.fromkeys([f"change:initiative{page}" for page in ("", "-words", "-declaration")], started.pk),
        **dict.fromkeys([f"change:planned{page}" for page in ("", "-words")], patched.pk),
        "change:clash": patched.clashes_as_other.get().pk,
        "change:gate": gate.pk,
        "change:criterion-waiver": gate.criteria.first().pk,
        "change:pattern": way.pk,
        **dict.fromkeys(("change:gate-edition", "change:gate-edition-words"), edition.pk),
        **dict.fromkeys(("risks:incident", "risks:incident-change"), incident.pk),
        **dict.fromkeys(("risks:plan", "risks:plan-change", "risks:exercise-new"), answer.pk),
        **dict.fromkeys(("risks:plan-version", "risks:plan-paper", "risks:plan-part"), answer.versions.get().pk),
        **dict.fromkeys([f"risks:activation{page}" for page in ("", "-contacts", "-paper")], live.pk),
        **dict.fromkeys([f"risks:exercise{page}" for page in ("", "-change", "-gap")], exercise.pk),
        "finding_pk": finding.pk,
        "attention": review.pk,
        "attention:reminder": told and told.pk,
        "workbench": sheet.pk,
        "sign_on": make_provider(actor=reader, is_required=True).pk,
        "webhooks": make_webhook(make.make_user("sensor", is_service=True), actor=reader).pk,
        **dict.fromkeys(("workbench:bulk-edit", "workbench:bulk-edit-fields"), make_edit(reader, "risk").pk),
        "workbench:custom-field": CustomField.objects.create(kind="risk", key="contract", label="Contract", type="TEXT").pk,
        "workbench:tag": Tag.objects.create(name="to look at").pk,
        "workbench:saved-view": make_view(reader, "risk", params={"category": "OT"}).pk,
        "offices:proposal": proposal.pk,
        "offices:hand-over": other.pk,
        "offices:departure": gone.pk,
        "offices:unit": company.northfield.pk,
        "talk": said.pk,
        "key": laid.pk,
        "reference": risk.pk,
        "offices": 1,
        "people": other.pk,
    }


def pages(keys):
    """Where no key is named, nothing has it: what only takes a POST says so all the same, and a page is not found."""
    for name, parameters in named(get_resolver().url_patterns):
        if name in OWN_TEST:
            continue
        key = keys.get(name, keys.get(name.partition(":")[0], 0))
        told = key if isinstance(key, dict) else {one: KEYS.get(one, keys.get(one, key)) for one in parameters}
        yield name, reverse(name, kwargs=told)


def answered(address, clients):
    """What the first of them is answered who may open it."""
    for client in clients:
        answer = client.get(address)
        if answer.status_code not in {403, 404, 409}:
            break
    return answer


def is_page(answer):
    """Neither an act nor a file nor a fragment."""
    return answer.status_code not in {302, 405} and not answer.streaming and b"<html" in answer.content


def shown(page, address, answer):
    """The browser at `address`, given what the test's own client was answered; what the page asks for next, the portal answers."""
    page.route(
        address, lambda route: route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content), times=1
    )
    page.goto(address)


def faults(page):
    found = [f"no heading, or {page.locator('h1').count()}"] if page.locator("h1").count() != 1 else []
    found += [f"named twice: {one}" for one in page.evaluate(TWICE)]
    found += [f"lost: {one}" for one in page.evaluate(LOST)]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {one}" for one in chromium.violations(page)]
    page.set_viewport_size(chromium.PHONE)
    found += [f"{width} px too wide on a phone" for width in [chromium.overflow(page)] if width]
    page.set_viewport_size(chromium.DESK)
    return found


@pytest.mark.longest
@pytest.mark.parametrize("half", [0, 1])
def test_every_page_keeps_to_the_look(own_live_server, half):
    readers, keys = furnished()
    clients = [Client() for _ in readers]
    for client, reader in zip(clients, readers, strict=True):
        client.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
        make.freshen(client, reader)
    complaints, seen, words = [], [], tongue.written()

    with chromium.launched() as browser:
        context = browser.new_context(viewport=chromium.DESK, reduced_motion="reduce")  # no colour is measured on its way
        context.add_cookies([{"name": "sessionid", "value": clients[0].cookies["sessionid"].value, "url": own_live_server.url}])
        chromium.bundled(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append((page.url, said.text)) if said.type == "error" else None)
        asked = list(pages(keys))[half::2]
        for name, address in asked:
            answer = answered(address, clients)
            if not is_page(answer):
                continue
            seen.append(name)
            complaints += [(name, answer.status_code)] if answer.status_code != 200 else []
            shown(page, own_live_server.url + address, answer)
            complaints += [(name, one) for one in faults(page)]
            with tongue.spoken():
                complaints += [(name, f"not translatable: {one}") for one in tongue.untold(answered(address, clients).text, words)]

    assert complaints == []
    assert {name for name, _ in asked} & WELL_KNOWN <= set(seen)


def test_the_pages_that_everybody_knows_are_among_them():
    assert {name for name, _ in named(get_resolver().url_patterns)} - OWN_TEST >= WELL_KNOWN
