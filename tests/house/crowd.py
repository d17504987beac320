"""So many rows of everything that people, seats, the record and ratings show, all about one person, one risk and one round."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count as counting
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from assets import owners
from assets.exploited import matches, rules
from assets.models import Asset, Conduit, ExploitedList, ExploitedRule, ScanPermit, Supplier, Zone
from governance.board.models import AnswerWords, BlockWords, BoardPack, PackBlock, PackQuestion
from governance.change import declarations, patterns, stages
from governance.change.declarations import Said
from governance.change.models import Clash, InitiativeRisk, Milestone, PlannedAsset, PlannedChange, Saving, SeenAsset, SpendLine
from governance.compliance import findings, internal_audits, management_reviews, mappings, profiles, statements
from governance.together import alignment_terms, decisions, goals, meetings, ownership
from governance.together.alignment_terms import FORMULA
from governance.together.models import (
    Achievement,
    AlignmentConsent,
    AlignmentReading,
    Backing,
    Condition,
    FaultSeen,
    GoalReading,
    MeetingAction,
    OwnershipWish,
    TalkAsked,
)
from governance.together.wanted import MOST_LINKS
from portal import clock
from portal.archive.models import Disposal, LegalHold, Redaction
from portal.attention.models import Reminder, Review
from portal.people import organisations, proposals
from portal.people.models import (
    AppointmentProposal,
    BrowserSession,
    Delegation,
    Departure,
    Invitation,
    RoleAssignment,
    ServiceToken,
    Unit,
    User,
)
from portal.record import audit, sealing
from portal.record.models import DayHead
from portal.sign_on.models import DirectoryPerson
from portal.talk import comments, hearing, watching
from portal.talk.places import Place
from portal.talk.views.page import THREADS
from portal.webhooks.models import Delivery
from portal.workbench import custom_fields
from portal.workbench.models import CustomField, Tag
from risks import appetite, concerns, controls, formula_previews, formula_versions, indicators, treatments
from risks.models import (
    ActivationMark,
    Concern,
    Control,
    Finding,
    Incident,
    IncidentLoss,
    IncidentRisk,
    PlanAction,
    Rating,
    RatingRound,
    Risk,
    Treatment,
)
from risks.response import activations, plans
from tests.factories.assets import make_supplier
from tests.factories.board import make_pack
from tests.factories.compliance import make_audit, make_framework
from tests.factories.exploited import bring, make_entry, make_list
from tests.factories.governance import make_decision, make_edition, make_goal, make_initiative, make_planned, make_spend_line
from tests.factories.portal import make_unit, make_user
from tests.factories.response import make_exercise, make_incident, make_plan
from tests.factories.risks import make_control, make_evidence, make_exception, make_indicator, make_reading, make_treatment
from tests.factories.sign_on import make_directory_group, make_provider, make_role_rule
from tests.factories.webhooks import make_webhook

_serial = counting(1)
ASKED = 12
WATCHED = 30
MILESTONES = 20
PLANNED = 60  # by the verbs, and more than a page shows
MANY_UNITS = 200  # choice lists show them all


def settle(company: Any) -> SimpleNamespace:
    """The one thing of each kind that everything else will hang on."""
    leaver, other, today = make_user("Leaver"), make_user("Somebody Else"), organisations.today()
    machine = make_user("Ticketing", is_service=True)
    proposal = proposals.propose("CSO", make_user("Idris Bell"), actor=other, from_on=today, substitute=other)
    return SimpleNamespace(
        company=company,
        leaver=leaver,
        service=make_user("Push", is_service=True),
        webhook=make_webhook(machine, actor=other),
        provider=make_provider(actor=other),
        other=other,
        proposal=proposal,
        formula=formula_versions.draft({"base_points": "3.5"}, "Levels weigh more.", actor=other),
        departure=Departure.objects.create(person=make_user("Gone"), handed_over_by=other, passed={"assets": {str(other.pk): 2}}),
        hold=LegalHold.objects.create(matter="A claim", reason="x", kinds=["inbox"], placed_by=other),
    )


def grow(ground: SimpleNamespace, readers: list[User], risks: list[int], count: int) -> None:
    people = _people(ground, count)
    _around(ground, people)
    for reader in [*readers, ground.leaver]:
        _signed_in(reader, count)
    _seats(ground, people)
    ground.risk = getattr(ground, "risk", risks[0])
    _told(ground, count)
    _held(ground, risks)
    _planned(ground, risks)
    _recorded(ground, risks)
    _answered(ground, count)
    _rated(ground, risks)
    _decided(ground, risks)
    _packed(ground, risks)
    _led(ground, count)
    _under_way(ground, count)
    _wanted(ground, risks)
    _declared(ground, count)
    _noticed(ground, readers, count)
    _measured(ground, risks)
    _met(ground, count)
    formula_previews.ask(ground.formula)
    formula_previews.work_waiting()
    _happened(ground, risks)
    _talked(ground, readers, risks)
    ground.activation.people.add(*readers)
    _exploited(count)
    owners.follow()
    sealing.seal_all()


def _zoned(unit: Any, count: int) -> None:
    """Some more zones, conduits between some of them, and dependencies that cross without one."""
    made = Zone.objects.bulk_create(Zone(name=f"Z{next(_serial)}", unit=unit, purdue_level="2") for _ in range(min(count, 40)))
    Conduit.objects.bulk_create(Conduit(first=one, second=other, may_cross="OPC UA") for one, other in pairwise(made[:20]))
    Zone.objects.filter(pk=Zone.objects.earliest("pk").pk).update(is_safety=True)
    keeper, first = make_user("Plant contact"), Zone.objects.earliest("pk")
    ends_at = clock.now() + timedelta(days=1)
    ScanPermit.objects.bulk_create(
        ScanPermit(zone=first, starts_at=clock.now(), ends_at=ends_at, scope="Slowly", contact=keeper) for _ in range(count)
    )
    for place, asset in enumerate(Asset.objects.filter(archived_at=None).order_by("-pk")[:count]):
        Asset.objects.filter(pk=asset.pk).update(zone=made[place % len(made)].name)


def _exploited(count: int) -> None:
    """Some more possible, confirmed and dismissed on every asset that is there, and some more rules."""
    entries = [make_entry(f"CVE-2025-{10_000 + n}", "Grown", f"Product {n}") for n in range(3 * count)]
    kept = Supplier.objects.first() or make_supplier(unit=Asset.objects.earliest("pk").unit)
    Supplier.objects.bulk_create(Supplier(name=f"Supplier {next(_serial)}", unit=kept.unit) for _ in range(count))
    _zoned(kept.unit, count)
    edition = f"{2030 + ExploitedList.objects.count()}.01.01"
    bring(make_list(*entries, edition=edition))
    assets = list(Asset.objects.filter(archived_at=None).order_by("-pk")[:count])
    Asset.objects.filter(pk__in=[one.pk for one in assets]).update(
        supplier=kept, vendor="Grown", product="Product 1", version_in_use="1.0"
    )
    for number, asset in enumerate(assets[:20]):
        settle = matches.confirm if number % 2 else matches.dismiss
        settle(asset, [one["cveID"] for one in entries[2 : 2 + count][:20]], actor=None, note="Seen")
    first = ExploitedRule.objects.count()
    for number in range(first, first + min(count, 20)):
        rules.alias("Ours", f"Machine {number}", "Grown", "Product 1", actor=None)


def _talked(ground: SimpleNamespace, readers: list[User], risks: list[int]) -> None:
    """A page of threads about the one risk, each answered; one reader more hears of them each time."""
    place = Place("risk", Risk.objects.get(pk=ground.risk))
    heard = hearing.may_open(place, readers)
    for reader in readers:
        for pk in risks[:WATCHED]:
            watching.begin(Place("risk", Risk(pk=pk)), actor=reader)
    for _ in range(THREADS + 1):
        ground.comment = comments.write(place, "Is it so?", actor=readers[0])
        comments.write(place, "It is.", actor=ground.other, answers=ground.comment.pk, mentions=heard)


def _told(ground: SimpleNamespace, count: int) -> None:
    """Webhooks, and one with ever more deliveries; what administrators keep of other servers, and name for everybody."""
    for place in range(min(count, custom_fields.MOST_FIELDS // 3)):
        named = next(_serial)
        CustomField.objects.create(kind="risk", key=f"f-{named}", label=f"Field {named}", type="TEXT", place=place)
    for _ in range(min(count, MANY_UNITS)):
        number = next(_serial)
        make_webhook(ground.webhook.reader, actor=ground.other, name=f"Ticketing {number}")
        make_provider(actor=ground.other, key=f"p-{number}")
        make_role_rule(ground.company.northfield, actor=ground.other, group=f"group {number}")
        make_directory_group(f"group {number}").members.add(DirectoryPerson.objects.create(said={"userName": f"u-{number}"}))
    numbers = [next(_serial) for _ in range(count)]
    Tag.objects.bulk_create(Tag(name=f"tag {n}") for n in numbers)
    Delivery.objects.bulk_create(Delivery(subscription=ground.webhook, seq=n, place=n, verb="risk.logged") for n in numbers)


def _people(ground: SimpleNamespace, count: int) -> list[User]:
    numbers = [next(_serial) for _ in range(count)]
    rows = [
        User(
            email=f"crowd-{n}@verrow.example",
            name=f"Crowd {n}",
            unit=ground.company.northfield,
            reports_to=ground.leaver,
            password="!",
        )
        for n in numbers
    ]
    return User.objects.bulk_create(rows)


def _around(ground: SimpleNamespace, people: list[User]) -> None:
    """Roles, invitations, units they head, letters they got, and who left."""
    unit, now = ground.company.northfield, clock.now()
    letter = {"kind": f"user.welcome.{len(people)}", "subject_kind": "user", "due_on": organisations.today()}
    Reminder.objects.bulk_create(Reminder(recipient=ground.leaver, subject_id=user.pk, **letter) for user in people)
    RoleAssignment.objects.bulk_create(RoleAssignment(user=user, role="OWNER", unit=unit) for user in people)
    Invitation.objects.bulk_create(
        Invitation(user=user, invited_by=ground.leaver, expires_at=now + timedelta(days=7)) for user in people
    )
    for _ in range(min(len(people), MANY_UNITS)):
        make_unit(f"Cell {next(_serial)}", parent=unit)
    Unit.objects.filter(name__startswith="Cell").update(head=ground.leaver)
    Departure.objects.bulk_create(
        Departure(person=user, handed_over_by=ground.other, passed={"assets": {str(ground.other.pk): 1}}) for user in people
    )
    ground.departure.passed["assets"] |= {str(user.pk): 1 for user in people}
    Departure.objects.filter(pk=ground.departure.pk).update(passed=ground.departure.passed)


def _signed_in(user: User, count: int) -> None:
    BrowserSession.objects.bulk_create(
        BrowserSession(user=user, session_key=f"crowd-{next(_serial)}", device="Firefox on Windows") for _ in range(count)
    )


def _seats(ground: SimpleNamespace, people: list[User]) -> None:
    today = organisations.today()
    Delegation.objects.bulk_create(
        Delegation(delegator=user, delegate=ground.leaver, from_on=today, to_on=today, named_by=ground.other) for user in people
    )
    AppointmentProposal.objects.bulk_create(
        AppointmentProposal(seat="CIO", holder=user, from_on=today, proposed_by=ground.other, state="REFUSED") for user in people
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role="PREPARER", unit=ground.company.root, for_seat="CIO") for user in people[:20]
    )


def _held(ground: SimpleNamespace, risks: list[int]) -> None:
    """Whoever leaves owns, answers and issued much."""
    leaver, today = ground.leaver, organisations.today()
    Risk.objects.filter(pk__in=risks).update(it_owner=leaver, security_owner=leaver)
    assets = list(Asset.objects.filter(archived_at=None).exclude(owner=leaver).values_list("pk", flat=True)[: len(risks)])
    Asset.objects.filter(pk__in=assets).update(owner=leaver)
    stamp = next(_serial)
    for owner in (leaver, ground.other):
        reviews = Review.objects.bulk_create(
            Review(kind=f"risk.held.{owner.pk}.{stamp}", due_on=today, owner=owner, subject_kind="risk", subject_id=pk)
            for pk in risks
        )
    Review.people.through.objects.bulk_create(Review.people.through(review=one, user=leaver) for one in reviews)
    ServiceToken.objects.bulk_create(
        ServiceToken(
            user=ground.service,
            name="Push",
            prefix="crowd",
            digest=f"{next(_serial):064d}",
            scopes=[],
            created_by=leaver,
            expires_at=clock.now() + timedelta(days=9),
        )
        for _ in risks
    )


def _planned(ground: SimpleNamespace, risks: list[int]) -> None:
    """Controls that all bear on the one risk, the first one on many risks; plans for that risk, each with a step."""
    risk, unit = Risk.objects.get(pk=ground.risk), ground.company.northfield
    made = [make_control(unit=unit) for _ in risks[:PLANNED]]
    ground.control = getattr(ground, "control", made[0])
    for control in made:
        controls.link(control, risk, ["LIKELIHOOD"], actor=None)
        make_evidence(ground.control, actor=ground.other)
    for other in Risk.objects.filter(pk__in=risks[:PLANNED], state=Risk.State.OPEN).exclude(pk=risk.pk):
        controls.link(ground.control, other, ["IMPACT"], actor=None)
    step = treatments.Step("IT", "Order it", ground.other, organisations.today())
    plans = [make_treatment(risk, actor=ground.other, steps=[step]) for _ in made]
    ground.treatment = getattr(ground, "treatment", plans[0])
    _watched(ground, risk, risks)
    _permitted(ground, risk, risks)


def _watched(ground: SimpleNamespace, risk: Risk, risks: list[int]) -> None:
    """Indicators that all speak of the one risk, the first one of many risks and read many times."""
    made = [make_indicator(unit=ground.company.northfield, owner=ground.other) for _ in risks[:PLANNED]]
    ground.indicator = getattr(ground, "indicator", made[0])
    for place, indicator in enumerate(made):
        indicators.link(indicator, risk, actor=None)
        make_reading(indicator, place)
        make_reading(ground.indicator, place, observed_at=clock.now() - timedelta(hours=next(_serial)))
    for other in Risk.objects.filter(pk__in=risks[:PLANNED], state=Risk.State.OPEN).exclude(pk=risk.pk):
        indicators.link(ground.indicator, other, actor=None)


def _permitted(ground: SimpleNamespace, risk: Risk, risks: list[int]) -> None:
    """Exceptions that all rest on the one risk and wait for signatures, and a table that holds in many rows."""
    made = [_permit(ground, risk) for _ in risks[:PLANNED]]
    ground.exception = getattr(ground, "exception", made[0])
    for unit in Unit.objects.filter(name__startswith="Cell").order_by("pk")[: len(made)]:
        appetite.agree({"": (20, 40), "OT": (10, 30)}, unit=unit, actor=None)


def _permit(ground: SimpleNamespace, risk: Risk) -> Any:
    return make_exception(risk, by=ground.other, kind="POLICY_EXCEPTION", title=f"Permitted {next(_serial)}")


def _answered(ground: SimpleNamespace, count: int) -> None:
    """Frameworks of their own, and one with ever more requirements, in ever newer editions."""
    for _ in range(min(count, 20)):
        make_framework(title=f"Rules of plant {next(_serial)}")
    if not hasattr(ground, "framework"):  # an edition before, which has nothing to compare itself with
        make_framework(*range(1, count + 1), version=f"{next(_serial)}.0")
    ground.framework = make_framework(*range(1, count + 1), version=f"{next(_serial)}.0")
    annex = make_framework(*range(1, min(count, 100) + 1), title="Annex", version=f"{next(_serial)}.0", kind="control")
    carried = annex.statements.current().first()  # from the edition before
    ground.statement = carried or statements.open_one(annex, ground.company.northfield, actor=None)
    _audited(ground, annex, min(count, 60))
    if not ground.framework.profiles.exists():  # a newer edition carries it over
        profiles.open_one(ground.framework, ground.company.northfield, actor=None)
    first = ground.framework.requirements.assessable().order_by("place").first()
    for control in Control.objects.current().exclude(pk__in=first.mappings.values("control"))[:PLANNED]:
        mappings.add(control, first, "SUBSET", actor=ground.other)
    unanswered = ground.framework.requirements.assessable().exclude(pk=first.pk).exclude(mappings__control=ground.control)
    for requirement in unanswered[:PLANNED]:
        mappings.add(ground.control, requirement, "EQUAL", actor=ground.other)


def _audited(ground: SimpleNamespace, annex: Any, count: int) -> None:
    """Ever more audits, one of them with many findings of which each had an action that did not work, and reviews."""
    unit, by = ground.company.northfield, ground.other
    day = organisations.today()
    for number in range(min(count, 20)):
        make_audit(unit=unit, actor=None, lead=by, framework=annex, title=f"Walk {next(_serial)}")
        management_reviews.open_one(annex, unit, actor=None, held_on=day - timedelta(days=number))
    ground.audit = make_audit(unit=unit, actor=None, lead=by, framework=annex)
    ground.management_review = annex.management_reviews.first()
    for _number in range(count):
        ground.finding = internal_audits.find(ground.audit, actor=by, grade="CHANCE", text=f"Seen {next(_serial)}")
        findings.act(ground.finding, actor=by, text="Do it", owner=by, due_on=day)


def _decided(ground: SimpleNamespace, risks: list[int]) -> None:
    """Questions about the one risk, the first one about many and with many conditions, all waiting for the offices."""
    about = [Risk.objects.get(pk=ground.risk)]
    made = [make_decision(unit=ground.company.northfield, by=ground.other, rests_on=about) for _ in risks[:ASKED]]
    ground.decision = getattr(ground, "decision", made[0])
    open_risks = Risk.objects.filter(pk__in=risks, state=Risk.State.OPEN, is_confidential=False)
    decisions.change(ground.decision, actor=ground.other, version=None, rests_on=[*about, *open_risks[:MOST_LINKS]][:MOST_LINKS])
    Condition.objects.bulk_create(
        Condition(
            decision=ground.decision,
            office="CISO",
            text=f"Step {next(_serial)}",
            owner=ground.leaver,
            due_on=organisations.today(),
            asked_by=ground.other,
        )
        for _ in risks[:ASKED]
    )


def _packed(ground: SimpleNamespace, risks: list[int]) -> None:
    """Packs, the first one with many blocks, each written to again and again."""
    made = [make_pack(unit=ground.company.root, by=ground.other, template="QUARTER") for _ in risks[:3]]
    ground.pack = getattr(ground, "pack", made[0])
    about = PackBlock.objects.bulk_create(
        PackBlock(pack=ground.pack, place=20 + n, kind="DECISION", source="decision", decision=ground.decision)
        for n, _pk in enumerate(risks[:PLANNED])
    )
    BlockWords.objects.bulk_create(BlockWords(block=block, part="WORDS", text="x", written_by=ground.other) for block in about * 2)
    out = BoardPack.objects.exclude(pk=ground.pack.pk).latest("pk")
    asked = PackQuestion.objects.bulk_create(
        PackQuestion(block=out.blocks.first(), text="x", asked_by=ground.other) for _pk in risks[:PLANNED]
    )
    ground.question = getattr(ground, "question", asked[0])
    answers = [AnswerWords(question=one, text="x", office="CIO", written_by=ground.other) for one in asked]
    answers += [AnswerWords(question=ground.question, text="x", office="CIO", written_by=ground.other) for _pk in risks]
    AnswerWords.objects.bulk_create(answers)
    BoardPack.objects.filter(pk=out.pk).update(state="RELEASED", released_at=clock.now(), digest="0" * 64)


def _led(ground: SimpleNamespace, count: int) -> None:
    """A charter with many areas, and what an office said about each, again and again."""
    if not hasattr(ground, "charter"):
        areas = [ownership.Area(f"Area {n}", {"CIO": "A"}, risk_categories=("OT", "IT")[:n]) for n in range(2, 20)]
        ground.charter = ownership.propose(areas, ownership.Words(who_decides="One"), actor=ground.other)
        ownership.take_force(ground.charter, actor=None)
    OwnershipWish.objects.bulk_create(
        OwnershipWish(area_key=f"area-{n % 18 + 2}", office="CISO", stance="READY", stated_by=ground.other) for n in range(count)
    )


def _under_way(ground: SimpleNamespace, count: int) -> None:
    """Initiatives, the first one with ever more milestones that are reached or not."""
    unit, other = ground.company.northfield, ground.other
    made = [make_initiative(unit=unit, by=other, title=f"Change {next(_serial)}") for _ in range(min(count, PLANNED))]
    ground.initiative = getattr(ground, "initiative", made[0])
    ground.line = getattr(ground, "line", None) or make_spend_line(
        unit=unit, by=other, renews_on=organisations.today() + timedelta(days=60), notice_days=9
    )
    lines = SpendLine.objects.bulk_create(
        SpendLine(
            number=f"L-9{next(_serial):05d}",
            vendor="Halden",
            product=f"Probe {n}",
            capability=f"Capability {n // 10}",
            unit=unit,
            paid_by=("IT", "SECURITY")[n % 2],
            serves="IT",
            owner=other,
            yearly_cost=Decimal(n + 1),
            renews_on=organisations.today() + timedelta(days=60),
        )
        for n in range(count)
    )
    Saving.objects.bulk_create(Saving(line=line, kept=ground.line, expected=1, accepted_by=other) for line in lines)
    ground.planned = getattr(ground, "planned", None) or make_planned(unit=unit, by=other, hours=24)
    planned = PlannedChange.objects.bulk_create(
        PlannedChange(
            number=f"CH-9{next(_serial):05d}",
            kind=("PATCH", "FREEZE")[n % 2],
            title=f"Window {n}",
            unit=unit,
            owner=other,
            starts_at=ground.planned.starts_at,
            ends_at=ground.planned.ends_at,
        )
        for n in range(count)
    )
    hours = {"starts_at": ground.planned.starts_at, "ends_at": ground.planned.ends_at}
    clashes = Clash.objects.bulk_create(Clash(kind="SAME_ASSET", planned=ground.planned, other=one, **hours) for one in planned)
    ground.clash = getattr(ground, "clash", clashes[0])
    touched = Asset.objects.filter(archived_at=None).order_by("-pk")[:count]
    PlannedAsset.objects.bulk_create(
        (PlannedAsset(planned=one, asset=asset) for asset in touched for one in (ground.planned, ground.clash.other)),
        ignore_conflicts=True,
    )
    Milestone.objects.bulk_create(
        Milestone(initiative=one, title=f"Day {n}", due_on=organisations.today(), confidence=70)
        for one in (ground.initiative, *made)
        for n in range(MILESTONES)
    )


def _measured(ground: SimpleNamespace, risks: list[int]) -> None:
    """Both let others read how they work together; a term of many rows of many kinds."""
    if not AlignmentConsent.objects.exists():
        for office in ("CIO", "CISO"):
            AlignmentConsent.objects.create(office=office, level="ALL", formula=FORMULA, said_by=ground.other)
    rows = [["risk", pk, True, ""] for pk in risks]
    rows += [
        ["decision", ground.decision.pk, False, ""],
        ["goal", ground.goal.pk, True, ""],
        ["exception", ground.exception.pk, True, ""],
    ]
    facts = [{"subject_kind": "risk", "subject_id": pk} for pk in risks]
    Achievement.objects.bulk_create((Achievement(kind="FIRST_TIME", **one) for one in facts), ignore_conflicts=True)
    told = {"kind": "GOAL_MET", "state": "PUBLISHED", "words": "Nothing stood still"}
    Achievement.objects.bulk_create((Achievement(**told, **one) for one in facts), ignore_conflicts=True)
    backable = [{"subject_kind": "treatment", "subject_id": pk} for pk in Treatment.objects.values_list("pk", flat=True)[:100]]
    backed = {"office": "CIO", "person_days": 3, "backed_by": ground.other}
    Backing.objects.bulk_create((Backing(**backed, **one) for one in backable), ignore_conflicts=True)
    kept = {"formula": FORMULA, "read_on": organisations.today(), "state": "MEASURED"}
    AlignmentReading.objects.bulk_create(AlignmentReading(term=term, rows=rows, **kept) for term in alignment_terms.TERMS)


def _met(ground: SimpleNamespace, count: int) -> None:
    """A meeting that is planned, with many actions and faults of long ago."""
    if not hasattr(ground, "meeting"):
        ground.meeting = meetings.plan(actor=ground.other, meets_on=organisations.today())
    told = {"meeting": ground.meeting, "owner": ground.other, "due_on": organisations.today(), "asked_by": ground.other}
    MeetingAction.objects.bulk_create(MeetingAction(text=f"Step {next(_serial)}", **told) for _ in range(count))
    TalkAsked.objects.get_or_create(subject_kind="goal", subject_id=ground.goal.pk, asked_by=ground.other)
    long_ago = organisations.today() - timedelta(days=40)
    FaultSeen.objects.bulk_create(FaultSeen(key=f"two/area-{next(_serial)}", since=long_ago) for _ in range(count))


def _noticed(ground: SimpleNamespace, people: list[Any], count: int) -> None:
    """Concerns that wait and that were settled, by name and without, some of them of the readers."""
    unit = ground.company.northfield
    for person in (ground.other, *people):
        told = [
            concerns.raise_one(actor=person, text=f"Somebody walks in {next(_serial)}", unit=unit, is_anonymous=number % 2 == 0)
            for number in range(min(count, 12))
        ]
        Concern.objects.filter(pk__in=[one.pk for one in told[::3]]).update(
            state="ANSWERED", answer="Seen", settled_by=ground.other
        )
    ground.concern = getattr(ground, "concern", told[1])


def _wanted(ground: SimpleNamespace, risks: list[int]) -> None:
    """Goals under one theme, all there for the same open risks, one with many readings."""
    open_risks = list(Risk.objects.filter(pk__in=risks, state=Risk.State.OPEN).order_by("pk")[: goals.MOST_LINKS])
    made = [make_goal(by=ground.other, there_for=open_risks) for _ in risks[:ASKED]]
    ground.goal = getattr(ground, "goal", made[0])
    told = {"measure": ground.goal.measures.first(), "happened_on": organisations.today(), "taken_by": ground.other}
    GoalReading.objects.bulk_create(GoalReading(value=next(_serial), **told) for _ in risks)


def _declared(ground: SimpleNamespace, count: int) -> None:
    """The first initiative declares twenty kinds of things, and ever more are seen that it did not."""
    lines = [Said("ADDS", "SERVER", "INTERNAL", 2, f"Zone {n}") for n in range(20)]
    declarations.declare(ground.initiative, lines, actor=ground.other)
    if not hasattr(ground, "pattern"):
        stages.advance(ground.initiative, "PLAN", actor=ground.other)
        told = {"title": "Ours", "description": "So", "answers": {"sbd-owner": "So"}}
        ground.pattern = patterns.propose(actor=ground.other, **told)
        ground.edition = make_edition(by=ground.other)
    links = [InitiativeRisk(initiative=ground.initiative, risk=risk) for risk in Risk.objects.order_by("-pk")[:count]]
    InitiativeRisk.objects.bulk_create(links, ignore_conflicts=True)
    free = Asset.objects.filter(seen_in=None, archived_at=None).order_by("-pk")[:count]
    SeenAsset.objects.bulk_create(SeenAsset(initiative=ground.initiative, asset=asset, state="ASKED") for asset in free)


def _happened(ground: SimpleNamespace, risks: list[int]) -> None:
    """Incidents, one of them of many risks, with many amounts and assets; all of the one risk."""
    unit, other = ground.company.northfield, ground.other
    made = [make_incident(unit=unit, actor=other) for _ in risks[:PLANNED]]
    ground.incident = getattr(ground, "incident", made[0])
    known = set(ground.incident.risks.values_list("pk", flat=True))
    links = [IncidentRisk(incident=ground.incident, risk_id=pk) for pk in risks if pk not in known]
    links += [
        IncidentRisk(incident=one, risk_id=ground.risk, materialised_at=clock.now()) for one in made if one != ground.incident
    ]
    IncidentRisk.objects.bulk_create(links, ignore_conflicts=True)
    ground.incident.assets.add(*Asset.objects.filter(archived_at=None).order_by("-pk")[: len(risks)])
    _acted(ground, made[:20], risks)
    IncidentLoss.objects.bulk_create(
        IncidentLoss(incident=ground.incident, form="RESPONSE", amount=1, noted_by=other) for _ in risks
    )


def _acted(ground: SimpleNamespace, incidents: list[Incident], risks: list[int]) -> None:
    """Plans at work for incidents; the first one of many risks, with many marks, exercises and findings."""
    unit, other = ground.company.northfield, ground.other
    made = [make_plan(unit=unit, actor=other) for _ in incidents]
    for plan, incident in zip(made, incidents, strict=True):
        plans.take_force(plan.versions.get(), actor=None)
        live = activations.activate(plan, actor=other, incident=incident)
        ground.activation = getattr(ground, "activation", live)
    ground.plan = getattr(ground, "plan", made[0])
    ground.draft = getattr(ground, "draft", None) or plans.draft(ground.plan, actor=other)
    lines = [PlanAction(plan_version=ground.draft, phase="LEARN", office="IT", place=9, title="x", person=other) for _ in incidents]
    PlanAction.objects.bulk_create(lines)
    ground.plan.risks.add(*risks)
    ground.plan.assets.add(*Asset.objects.filter(archived_at=None).order_by("-pk")[: len(risks)])
    ActivationMark.objects.bulk_create(ActivationMark(activation=ground.activation, kind="NOTE", text="x", by=other) for _ in risks)
    tried = [make_exercise(ground.plan, actor=other) for _ in incidents]
    ground.exercise = getattr(ground, "exercise", tried[0])
    Finding.objects.bulk_create(Finding(exercise=ground.exercise, text="x", noted_by=other) for _ in risks)


def _recorded(ground: SimpleNamespace, risks: list[int]) -> None:
    """What the archive shows: entries, versions, heads, holds, redactions, disposals."""
    other = ground.other
    for number in (next(_serial) for _ in risks):
        Risk.objects.filter(pk=ground.risk).update(cause=f"Cause {number}")
        audit.record(other, "risk.reworded", Risk(pk=ground.risk))
        audit.record(ground.leaver, "risk.reworded", Risk(pk=risks[number % len(risks)]))
    DayHead.objects.bulk_create(DayHead(day=date(1990, 1, 1) + timedelta(days=next(_serial)), seq=1, hash="0" * 64) for _ in risks)
    LegalHold.objects.bulk_create(
        LegalHold(matter="A claim", reason="x", kinds=["inbox"], subjects=[["risk", pk]], placed_by=other) for pk in risks
    )
    Redaction.objects.bulk_create(
        Redaction(subject_kind="risk", subject_id=pk, fields=["cause"], reason="x", proposed_by=other) for pk in risks
    )
    Disposal.objects.bulk_create(Disposal(removed={"inbox": 1}, started_by=other) for _ in risks)


def _rated(ground: SimpleNamespace, risks: list[int]) -> None:
    """One round a risk in which the offices differ, and many settled ones on the one risk."""
    both = ["IT", "SECURITY"]
    for state, ids in (("DIFFERENT", risks), ("SETTLED", [ground.risk] * len(risks))):
        rounds = RatingRound.objects.bulk_create(
            RatingRound(
                risk_id=pk,
                state=state,
                outcome="AGREED" if state == "SETTLED" else "",
                rated_offices=both,
                needs_both=True,
                revealed_at=clock.now(),
                settled_at=clock.now() if state == "SETTLED" else None,
            )
            for pk in ids
        )
        Rating.objects.bulk_create(
            Rating(
                round=found,
                risk_id=found.risk_id,
                office=office,
                likelihood_level=level,
                operational_level=4,
                reason="x",
                rated_by=ground.other,
            )
            for found in rounds
            for level, office in enumerate(both, start=3)
        )
