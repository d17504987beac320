"""Three objects of every kind: in one's own unit, in another one, and a confidential one; each with a word of its own."""

import io
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client

from assets import owners
from assets.discovery import precedence, reading
from assets.exploited import matches
from assets.models import DiscoveryPush, ExploitedVulnerability, OwnersWanted
from governance.board.models import BoardPack, PackFile, PackQuestion
from governance.change import bearing, patterns
from governance.change.models import Saving, SeenAsset
from governance.change.wanted import Planned
from governance.compliance import crosswalks, internal_audits, management_reviews, mappings, profiles, statements
from governance.together import goals, meetings, ownership
from governance.together.alignment_terms import FORMULA
from governance.together.models import (
    Achievement,
    AlignmentConsent,
    Backing,
    Condition,
    CultureChampion,
    CultureLine,
    CultureQuarter,
    DecisionOutcome,
    OwnershipWish,
)
from portal import clock
from portal.archive.models import Disposal, LegalHold, Redaction
from portal.attention import reviews
from portal.attention.models import Reminder
from portal.people import organisations, roles, tokens
from portal.people.models import (
    Appointment,
    AppointmentProposal,
    BrowserSession,
    Delegation,
    Departure,
    RoleAssignment,
    ServiceToken,
)
from portal.record import audit, files, sealing
from portal.record.models import DayHead, Seal
from portal.signing.models import Signature, SignatureRequest, SignedContent
from portal.talk import watching
from portal.talk.models import Merge
from portal.webhooks.models import Delivery
from risks import (
    appetite,
    authority,
    cadence,
    concerns,
    controls,
    formula_previews,
    formula_versions,
    indicators,
    meanings,
    recompute,
)
from risks.models import Breach, Finding, LossResult, Rating, RatingRound, Score, StaleScore
from risks.response import activations, plans
from risks.treatments import Step
from tests.factories import compliance
from tests.factories.assets import (
    make_asset,
    make_conduit,
    make_dependency,
    make_host,
    make_override,
    make_permit,
    make_run,
    make_scan,
    make_supplier,
)
from tests.factories.board import make_pack
from tests.factories.exploited import WINDOWS, bring, make_rule
from tests.factories.governance import (
    at_a_gate,
    make_decision,
    make_edition,
    make_goal,
    make_initiative,
    make_planned,
    make_spend_line,
)
from tests.factories.lists import make_edit, make_particulars, make_view
from tests.factories.portal import freshen, make_person, make_user
from tests.factories.response import make_exercise, make_incident, make_plan
from tests.factories.risks import (
    make_control,
    make_evidence,
    make_exception,
    make_indicator,
    make_levels,
    make_loss,
    make_reading,
    make_risk,
    make_treatment,
)
from tests.factories.sheets import check, make_csv, make_import, make_line
from tests.factories.sign_on import make_directory_group, make_provider, make_role_rule
from tests.factories.talk import make_comment, make_place
from tests.factories.webhooks import make_webhook
from tests.house.route_table import CONFIDENTIAL, OTHER, OWN, RESOURCES

# Words that stand nowhere else, so that a body which holds one has leaked it.
WORDS = {
    "risk": {OWN: "Quillfeather", OTHER: "Umbrafang", CONFIDENTIAL: "Nightglass"},
    "asset": {OWN: "Brindlecog", OTHER: "Thornwheel", CONFIDENTIAL: "Brindlecog"},
    "practice": {OWN: "Mossgather", OTHER: "Fennelgrave"},
}
BACKEND = f"{AuthenticationBackend.__module__}.{AuthenticationBackend.__qualname__}"


def build(company: Any) -> dict[str, dict[str, Any]]:
    """kind → place → object."""
    stranger = make_user("Somebody Else")
    units = {OWN: company.northfield, OTHER: company.eastmere, CONFIDENTIAL: company.northfield}
    made: dict[str, dict[str, Any]] = {kind: {} for kind in ("asset", "dependency", "discovery-run", "discovery-proposal")}
    for number, place in enumerate((OWN, OTHER)):
        word, unit = WORDS["asset"][place], units[place]
        made["asset"][place] = make_asset(f"{word} press", unit=unit)
        made["dependency"][place] = make_dependency(made["asset"][place], make_asset(f"{word} gateway", unit=unit))
        host = make_host(f"10.2{number}.1.11", mac=f"00:1b:1b:9f:20:0{number}", name=f"{word.lower()}.verrow.example")
        made["discovery-run"][place] = make_run(make_scan(host), unit=unit, source=f"nmap-{number}")
    reading.read_waiting()
    for place in (OWN, OTHER):
        made["discovery-proposal"][place] = made["discovery-run"][place].proposals.first()
    owners.follow()
    made["owners-wanted"] = {place: OwnersWanted.objects.get(unit=units[place]) for place in (OWN, OTHER)}
    made["discovery-push"] = {
        place: DiscoveryPush.objects.create(source=place, unit=unit, started_by=stranger) for place, unit in units.items()
    }
    made |= _exploited(made["asset"], units)
    made["supplier"] = dict.fromkeys(units, make_supplier(unit=company.northfield))
    gate = make_conduit(unit=company.northfield)
    made["zone"], made["conduit"] = dict.fromkeys(units, gate.first), dict.fromkeys(units, gate)
    made["scan-permit"] = dict.fromkeys(units, make_permit(gate.first, contact=stranger))
    made["source-order"] = dict.fromkeys(units, precedence.put("location", ["by hand"], actor=None))
    made["criticality-override"] = {place: make_override(asset) for place, asset in made["asset"].items()}
    made["risk"] = {
        place: make_risk(
            unit=units[place],
            title=f"{word} fails",
            is_confidential=place == CONFIDENTIAL,
            assets=[made["asset"][OTHER if place == OTHER else OWN]],
        )
        for place, word in WORDS["risk"].items()
    }
    for risk in made["risk"].values():
        make_levels(risk)
        StaleScore.objects.create(risk=risk, cause="risk.logged")
        audit.record(None, "risk.logged", risk)
    while recompute.refresh_batch():
        pass
    sealing.seal_all()
    made["rating"] = {place: _rated(risk, stranger) for place, risk in made["risk"].items()}
    made |= _protected(made["risk"], units, stranger)
    made |= _estimated(made["risk"], stranger)
    made["rating-round"] = {place: rating.round for place, rating in made["rating"].items()}
    made["score"] = {place: Score.objects.filter(risk=risk).first() for place, risk in made["risk"].items()}
    made["breach"] = {
        place: Breach.objects.create(risk=risk, value=Decimal("61.0"), tolerance_points=60) for place, risk in made["risk"].items()
    }
    made["audit-entry"] = {
        place: Seal.objects.filter(entry__kind="risk", entry__subject_id=risk.pk).first() for place, risk in made["risk"].items()
    }
    made["review"] = {
        place: reviews.schedule(risk, cadence.REVIEW, date(2027, 1, 4), [], owner=stranger) for place, risk in made["risk"].items()
    }
    made["reminder"] = {
        place: Reminder.objects.create(
            recipient=stranger, subject_kind="risk", subject_id=risk.pk, kind="risk.review.due", due_on=date(2027, 1, 4)
        )
        for place, risk in made["risk"].items()
    }
    made |= _signed(made["risk"], stranger)
    made |= _asked(made["risk"], units, stranger)
    made |= _changing(units, made["asset"], made["risk"], stranger)
    made |= _formulas(made["risk"], stranger)
    made |= _told(company, stranger)
    made |= _responded(made["risk"], units, stranger)
    agreed = appetite.agree({"": (40, 60)}, actor=None)[""]
    meaning = meanings.say("safety", meanings.OFFERED["safety"], actor=None)
    made["appetite"], made["scale-meaning"] = dict.fromkeys(units, agreed), dict.fromkeys(units, meaning)
    session = BrowserSession.objects.create(user=stranger, session_key="somebody-elses")
    ServiceToken.objects.create(user=stranger, name="x", prefix="x", digest="x", scopes=["risks:read"], expires_at=clock.now())
    factor = Authenticator.objects.create(user=stranger, type=Authenticator.Type.TOTP, data={"secret": ""})
    made["browser-session"], made["factor"] = dict.fromkeys(units, session), dict.fromkeys(units, factor)
    made |= _sheets(company)
    told = make_webhook(make_user("A machine", is_service=True), actor=make_person("ADMIN", company=company))
    made["webhook"] = dict.fromkeys(units, told)
    made["identity-provider"] = dict.fromkeys(units, make_provider(actor=told.created_by))
    made["role-rule"] = dict.fromkeys(units, make_role_rule(company.root, actor=told.created_by))
    made["directory-group"] = dict.fromkeys(units, make_directory_group())
    made["webhook-delivery"] = dict.fromkeys(units, Delivery.objects.create(subscription=told, seq=1, verb="risk.logged"))
    made["saved-view"] = {place: make_view(stranger, "risk", name=place, unit=units[place]) for place in (OWN, OTHER)}
    edits = {place: make_edit(stranger, "risk", rows=[made["risk"][place]]) for place in units}
    made["bulk-edit"], made["bulk-edit-row"] = edits, {place: edit.rows.get() for place, edit in edits.items()}
    made["saved-view"][CONFIDENTIAL] = make_view(stranger, "risk", name="alone")
    made |= _kept(made["risk"], stranger)
    made |= make_particulars(made["risk"], admin=make_person("ADMIN", company=company))
    made["merge"] = {place: _merged(risk) for place, risk in made["risk"].items()}
    made["watch"] = {place: watching.begin(make_place(risk), actor=stranger) for place, risk in made["risk"].items()}
    made["comment"] = {place: make_comment(risk, f"{risk.title} again", by=stranger) for place, risk in made["risk"].items()}
    make_comment(made["activation"][OWN], "Said where links lead first", by=stranger)
    made |= _answered(units, made["control"])
    made["concern"] = {
        place: concerns.raise_one(
            actor=stranger, text=f"{WORDS['asset'][place]} soon", unit=units[place], is_anonymous=place == OTHER
        )
        for place in units
    }
    made["unit"], made["user"] = units, dict.fromkeys(units, stranger)
    return made | {kind: dict.fromkeys(units, row) for kind, row in _around_seats(stranger, company).items()}


def _exploited(assets: dict[str, Any], units: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """One list and one rule for the whole organisation, and what a finding confirmed on two assets."""
    bring()
    listed = {"exploited-vulnerability": ExploitedVulnerability.objects.first(), "exploited-rule": make_rule()}
    found = {place: matches.find(asset, WINDOWS, actor=None, note="Scan") for place, asset in assets.items()}
    return {kind: dict.fromkeys(units, row) for kind, row in listed.items()} | {"exploited-match": found}


def _answered(units: dict[str, Any], answering: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A framework in its second edition, which is the whole organisation's, and the controls of two units that answer it."""
    before = compliance.make_framework(1, 2)
    framework = compliance.make_framework(1, 3, version="2.0")
    requirement = framework.requirements.assessable().first()
    mapped = {place: mappings.add(one, requirement, "SUBSET", actor=None) for place, one in answering.items()}
    walk, _new = crosswalks.take_in(
        io.BytesIO(b"source,target,relationship\nhr-1,hr-1,equal\n"), actor=None, source=before, target=framework
    )
    opened = {place: profiles.open_one(framework, units[place], actor=None) for place in (OWN, OTHER)}
    rows = {place: profile.practices.first() for place, profile in opened.items()}
    for place, row in rows.items():
        profiles.aim(row, actor=None, version=None, owner="BOTH", target_level=3, note=f"{WORDS['practice'][place]} first")
    annex = compliance.make_framework(1, title="Annex", kind="control")
    stated = {place: statements.open_one(annex, units[place], actor=None) for place in (OWN, OTHER)}
    for place, statement in stated.items():
        statements.set_scope(statement, f"{WORDS['practice'][place]} and nothing else", actor=None)
    known = {"framework": framework, "requirement": requirement, "crosswalk": walk, "coverage": requirement.coverage}
    return {kind: dict.fromkeys(units, row) for kind, row in known.items()} | {
        "control-mapping": mapped,
        "statement": stated,
        "statement-line": {place: one.lines.first() for place, one in stated.items()},
        "profile": opened,
        "practice": rows,
        **_audited(annex, units),
    }


def _audited(framework: Any, units: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """An audit, what it found, and a review of the leaders, in two units."""
    lead = make_user("Lead Auditor")
    audits, found, reviewed = {}, {}, {}
    for place in (OWN, OTHER):
        word = WORDS["practice"][place]
        audits[place] = compliance.make_audit(unit=units[place], actor=None, framework=framework, title=f"{word} gates", lead=lead)
        found[place] = internal_audits.find(audits[place], actor=None, grade="CHANCE", text=f"{word} could be locked")
        opened = management_reviews.open_one(framework, units[place], actor=None, held_on=organisations.today())
        words = {"considered": "", "outcome": f"{word} is locked"}
        reviewed[place] = management_reviews.write(opened, actor=None, version=None, **words)
    return {"internal-audit": audits, "audit-finding": found, "management-review": reviewed}


def _around_seats(stranger: Any, company: Any) -> dict[str, Any]:
    """What is known to all, or to none, wherever one stands."""
    other, today = make_user("Somebody Else Again"), organisations.today()
    return {
        "appointment": Appointment.objects.create(seat="CSO", holder=other, ended_at=clock.now()),
        "appointment-proposal": AppointmentProposal.objects.create(
            seat="CSO", holder=stranger, from_on=today, proposed_by=other, state="REFUSED"
        ),
        "delegation": Delegation.objects.create(delegator=stranger, delegate=other, from_on=today, to_on=today),
        "leaver": stranger,
        "departure": Departure.objects.create(person=other, handed_over_by=stranger),
        "aide": RoleAssignment.objects.create(user=stranger, role="PREPARER", unit=company.root, for_seat="CSO"),
    }


def _sheets(company: Any) -> dict[str, dict[str, Any]]:
    """One sheet with a row that fits and one that does not, brought by somebody who may; it has no unit to be seen by."""
    one = check(make_import(make_csv(make_line(1), make_line(2, Likelihood="9")), actor=make_person("ANALYST", company=company)))
    return {
        "import": dict.fromkeys((OWN, OTHER, CONFIDENTIAL), one),
        "import-row": dict.fromkeys((OWN, OTHER, CONFIDENTIAL), one.rows.first()),
        "import-problem": dict.fromkeys((OWN, OTHER, CONFIDENTIAL), one.problems.first()),
    }


def _protected(risks: dict[str, Any], units: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """A control and its evidence in two units, bearing on all risks there; a plan with a step for each risk."""
    kinds = ("control", "evidence", "treatment", "treatment-step", "indicator", "reading", "achievement", "backing")
    made: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
    for place in (OWN, OTHER):
        indicator = make_indicator(unit=units[place], owner=stranger, name=f"{WORDS['asset'][place]} patch age")
        made["indicator"][place], made["reading"][place] = indicator, make_reading(indicator, 12)
        control = make_control(unit=units[place], name=f"{WORDS['asset'][place]} guard")
        made["control"][place], made["evidence"][place] = control, make_evidence(control, actor=stranger)
        for bears_on, risk in risks.items():
            if (bears_on == OTHER) == (place == OTHER):
                controls.link(control, risk, ["LIKELIHOOD"], actor=None)
                indicators.link(indicator, risk, actor=None)
    for place, risk in risks.items():
        step = Step("IT", f"{risk.title} less", stranger, organisations.today())
        made["treatment"][place] = make_treatment(risk, actor=stranger, steps=[step], title=f"{risk.title} no more")
        made["treatment-step"][place] = made["treatment"][place].steps.get()
        plan = {"subject_kind": "treatment", "subject_id": made["treatment"][place].pk}
        said = {"state": "PUBLISHED", "words": "Nothing stood still"} if place == OTHER else {}
        made["achievement"][place] = Achievement.objects.create(kind="FIRST_TIME", **plan, **said)
        made["backing"][place] = Backing.objects.create(office="CIO", person_days=3, backed_by=stranger, **plan)
    return made


def _estimated(risks: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """What each risk costs in a year, with a source that names it."""
    made = {place: make_loss(risk, actor=stranger, source=f"Log of {risk.title}") for place, risk in risks.items()}
    while recompute.refresh_batch():
        pass
    return {
        "loss-scenario": made,
        "annual-loss": {place: LossResult.objects.get(risk=risk, stage="CURRENT") for place, risk in risks.items()},
    }


def _kept(risks: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """What the archive keeps, one of each a place; the files hang on the risks."""
    made: dict[str, dict[str, Any]] = {kind: {} for kind in ("hold", "redaction", "disposal", "head", "file", "personal")}
    sealing.seal_all()
    first = Seal.objects.order_by("seq").first()
    for number, (place, risk) in enumerate(risks.items()):
        made["hold"][place] = LegalHold.objects.create(matter="A claim", reason="x", kinds=["inbox"], placed_by=stranger)
        made["redaction"][place] = Redaction.objects.create(
            subject_kind="risk", subject_id=risk.pk, fields=["grounds"], reason="x", proposed_by=stranger
        )
        made["disposal"][place] = Disposal.objects.create(removed={"inbox": 1})
        made["head"][place] = DayHead.objects.create(day=date(2026, 1, 1 + number), seq=first.seq, hash=first.hash)
        made["file"][place] = files.store(io.BytesIO(b"plan"), f"{WORDS['risk'][place]}.txt", actor=stranger, limit=10)
        files.hang_on(made["file"][place], "risk", risk.pk)
        made["personal"][place] = stranger
    return made


def _signed(risks: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """An exception on each risk, a signature that no longer holds, and a table that both leaders are asked to sign."""
    made: dict[str, dict[str, Any]] = {"exception": {}, "signature-request": {}, "signature": {}}
    SignedContent.objects.create(digest="0" * 64, content={})
    for place, risk in risks.items():
        made["exception"][place] = exception = make_exception(risk, by=stranger, title=f"{risk.title} for now")
        request = SignatureRequest.objects.get(subject_kind="exception", subject_id=exception.pk)
        made["signature-request"][place] = request
        made["signature"][place] = Signature.objects.create(
            request=request,
            subject_kind="exception",
            subject_id=exception.pk,
            kind="SIGNED",
            office="CSO",
            signed_by=stranger,
            content_id="0" * 64,
            factor_at=clock.now(),
        )
    return made | {"authority-table": dict.fromkeys(risks, authority.propose(authority.OFFERED, actor=stranger))}


def _asked(risks: dict[str, Any], units: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """A question about each risk, put to the offices, and a condition of one of them."""
    made: dict[str, dict[str, Any]] = {"decision": {}, "condition": {}}
    for place, risk in risks.items():
        said = {"title": f"{risk.title} or not", "question": f"Shall {risk.title}?", "rests_on": [risk]}
        made["decision"][place] = decision = make_decision(unit=units[place], by=stranger, **said)
        made["condition"][place] = Condition.objects.create(
            decision=decision, office="CISO", text=f"{risk.title} never", owner=stranger, due_on=date(2027, 1, 4), asked_by=stranger
        )
    areas = [ownership.Area("Backup", {"CIO": "A"}), ownership.Area("OT security", {"CISO": "A"}, risk_categories=("OT",))]
    held = ownership.propose(areas, ownership.Words(), actor=stranger)
    ownership.take_force(held, actor=None)
    wish = OwnershipWish.objects.create(area_key="backup", office="CSO", stance="READY", stated_by=stranger)
    goal = make_goal(by=stranger, there_for=risks.values())
    reading = goals.read_measure(goal, "CIO", Decimal(40), actor=stranger)
    agreed, _ = (AlignmentConsent.objects.create(office=o, level="ALL", formula=FORMULA, said_by=stranger) for o in ("CIO", "CISO"))
    aims = {"theme": goal.theme, "goal": goal, "goal-reading": reading, "alignment-consent": agreed}
    met = meetings.plan(actor=stranger, meets_on=organisations.today())
    asked = meetings.ask(met, "Write it down", owner=stranger, due_on=organisations.today(), actor=stranger)
    became = DecisionOutcome.objects.create(
        decision=made["decision"][OWN],
        happened_on=date(2027, 1, 4),
        bore_out="OPEN",
        what_happened="Nothing yet",
        noted_by=stranger,
    )
    aims |= {"decision-outcome": became}
    aims |= {"meeting": met, "meeting-action": asked}
    quarter = CultureQuarter.objects.create(quarter_on=date(2026, 4, 1), opens_on=date(2026, 7, 21))
    lines, named = {}, {}
    for place in (OWN, OTHER):
        lines[place] = CultureLine.objects.create(quarter=quarter, unit=units[place], is_withheld=True)
        named[place] = CultureChampion.objects.create(unit=units[place], person=stranger, named_by=stranger)
    made |= {"culture-line": lines, "culture-champion": named}
    known = aims | {"charter": held, "ownership-area": held.areas.first(), "ownership-wish": wish}
    return made | {kind: dict.fromkeys(risks, row) for kind, row in known.items()}


def _changing(units: dict[str, Any], assets: dict[str, Any], risks: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """What is under way in two units, with a day it promises, a gate, a risk, and an asset there that nobody declared."""
    made: dict[str, dict[str, Any]] = {"initiative": {}, "milestone": {}, "seen-asset": {}, "gate": {}, "criterion": {}}
    for place in (OWN, OTHER):
        days = [Planned(f"{WORDS['asset'][place]} is ordered", date(2027, 1, 4), 70)]
        title = f"{WORDS['asset'][place]} renewed"
        made["initiative"][place] = one = make_initiative(unit=units[place], by=stranger, title=title, milestones=days)
        made["milestone"][place] = one.milestones.get()
        at_a_gate(one)
        bearing.link(one, risks[place], actor=stranger)
        made["gate"][place] = one.gates.first()
        made["criterion"][place] = made["gate"][place].criteria.first()
        made["seen-asset"][place] = SeenAsset.objects.create(initiative=one, asset=assets[place], state="ASKED")
    made |= {"spend-line": {}, "saving": {}}
    for place in (OWN, OTHER):
        made["spend-line"][place] = make_spend_line(unit=units[place], by=stranger, product=f"{WORDS['asset'][place]} licence")
    for place, other in ((OWN, OTHER), (OTHER, OWN)):
        line, kept = made["spend-line"][place], made["spend-line"][other]
        made["saving"][place] = Saving.objects.create(line=line, kept=kept, expected=1, accepted_by=stranger)
    made |= {"planned-change": {}, "clash": {}}
    for place in (OWN, OTHER):
        make_planned(unit=units[place], by=stranger, title=f"{WORDS['asset'][place]} rests", kind="FREEZE")
        made["planned-change"][place] = one = make_planned(unit=units[place], by=stranger, title=f"{WORDS['asset'][place]} patched")
        made["clash"][place] = one.clashes_as_other.get()
    told = {"title": "Our web platform", "description": "On our own ground.", "answers": {"sbd-owner": "The platform's owner"}}
    made["pattern"] = dict.fromkeys(units, patterns.propose(actor=stranger, **told))
    made["gate-edition"] = dict.fromkeys(units, make_edition(by=stranger))
    return made


def _told(company: Any, stranger: Any) -> dict[str, dict[str, Any]]:
    """A pack for all staff and one for the board, both released, and a draft."""
    made: dict[str, dict[str, Any]] = {kind: {} for kind in ("board-pack", "board-pack-block", "board-pack-file", "board-question")}
    for place, template in ((OWN, "STAFF"), (OTHER, "QUARTER"), (CONFIDENTIAL, "QUARTER")):
        made["board-pack"][place] = pack = make_pack(unit=company.root, by=stranger, template=template)
        made["board-pack-block"][place] = first = pack.blocks.first()
        about = {"content": b"%PDF", "size": 4, "sha256": f"{pack.pk:064d}"}
        made["board-pack-file"][place] = PackFile.objects.create(pack=pack, format="PDF", **about)
        made["board-question"][place] = PackQuestion.objects.create(block=first, text="What of it?", asked_by=stranger)
        if place != CONFIDENTIAL:
            BoardPack.objects.filter(pk=pack.pk).update(state="RELEASED", released_at=clock.now(), digest="0" * 64)
    return made


def _formulas(risks: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """A drafted formula that moves the score of each risk."""
    drafted = formula_versions.draft({"base_points": "3.5"}, "Levels weigh more.", actor=stranger)
    rows = {row.risk_id: row for row in formula_previews.newest(drafted).rows.all()}
    return {
        "formula-version": dict.fromkeys(risks, drafted),
        "formula-preview-row": {place: rows[risk.pk] for place, risk in risks.items()},
    }


def _responded(risks: dict[str, Any], units: dict[str, Any], stranger: Any) -> dict[str, dict[str, Any]]:
    """An incident of each risk, a plan for it, in force, activated and tried; that of the confidential one is as confidential."""
    kinds = ("incident", "response-plan", "response-plan-version", "activation", "exercise")
    made: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
    for place, risk in risks.items():
        incident = make_incident(unit=units[place], actor=stranger, title=f"{risk.title} indeed", risks=[risk])
        plan = make_plan(unit=units[place], actor=stranger, name=f"When {risk.title}", risks=[risk])
        with transaction.atomic():
            plans.take_force(plan.versions.get(), actor=None)
        exercise = make_exercise(plan, actor=stranger, title=f"{risk.title} in play")
        Finding.objects.create(exercise=exercise, text=f"{risk.title} unseen", noted_by=stranger)
        made["incident"][place], made["response-plan"][place], made["exercise"][place] = incident, plan, exercise
        made["response-plan-version"][place] = plan.versions.get()
        made["activation"][place] = activations.activate(plan, actor=stranger, incident=incident)
    return made


def _merged(risk: Any) -> Merge:
    """Another risk went into this one, as far as the record says."""
    other = make_risk(unit=risk.unit, title=f"{risk.title} twice", is_confidential=risk.is_confidential)
    merger = make_user("Somebody Who Merges")
    return Merge.objects.create(kind="risk", survivor_id=risk.pk, merged_id=other.pk, merged_by=merger)


def _rated(risk: Any, by: Any) -> Rating:
    found = RatingRound.objects.create(
        risk=risk, state=RatingRound.State.SETTLED, outcome=RatingRound.Outcome.AGREED, rated_offices=["IT", "SECURITY"]
    )
    return Rating.objects.create(
        round=found, risk=risk, office="IT", likelihood_level=4, operational_level=4, reason=f"{risk.title} twice", rated_by=by
    )


def door_of(role: str, company: Any) -> SimpleNamespace:
    """`.pages` and `.api`: how somebody in `role` asks; a service account has no pages, a stranger neither."""
    client = Client(raise_request_exception=False)
    if role == "STRANGER":
        return SimpleNamespace(client=client, headers={}, signed_in=False, token=False)
    user = make_person(role, company=company, unit=company.northfield)
    if role in roles.NEVER_SEATED and user.is_service:
        scopes = [f"{noun}:write" for noun in RESOURCES] + ["proposals:write", "schema:read", "docs:read"]
        _token, secret = tokens.issue(user, "table", scopes, actor=None)
        return SimpleNamespace(client=client, headers={"HTTP_AUTHORIZATION": f"Bearer {secret}"}, signed_in=False, token=True)
    client.force_login(user, backend=BACKEND)
    freshen(client, user)
    return SimpleNamespace(client=client, headers={}, signed_in=True, token=False)
