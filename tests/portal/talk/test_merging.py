"""Two that tell of one thing become one, keep both histories, and can be parted again exactly as they were."""

import random
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets import counting
from assets.models import Asset, Dependency
from governance.change import declarations, sightings
from governance.change.declarations import Said
from governance.change.models import Initiative, InitiativeRisk, SeenAsset, SpendLine
from governance.together.models import GoalLink
from portal import clock
from portal.attention import reviews
from portal.attention.models import Reminder, Review
from portal.people import organisations
from portal.record import audit, totals
from portal.record.models import AuditEntry
from portal.talk import attaching, comments, merging, watching
from portal.talk.errors import GoneAlready, IntoItself, NotYoursToMerge, TouchedSinceMerge, UndoneAlready, VersionsMovedOn
from portal.talk.models import Comment, Merge
from risks import cadence, controls
from risks.errors import OneStaysOpen, ReadersAreNotYours
from risks.models import Risk, RiskAsset, Treatment
from tests.factories.assets import make_asset, make_dependency
from tests.factories.governance import make_goal, make_initiative, make_spend_line
from tests.factories.risks import make_control, make_exception, make_levels, make_risk, make_treatment
from tests.factories.talk import make_comment, make_place
from tests.house.test_models import is_event, ours
from tests.portal.talk.test_comments import asked, people

__all__ = ["people"]

# What a merge adds: the log, what is to be computed anew, news, and the merge itself. Totals are compared by what they say.
ADDED = {"record.AuditEntry", "record.EntryText", "talk.Merge", "risks.StaleScore", "record.TotalChange", "record.Total"}
UNLIKE = {"workbench.SearchEntry": ("id",)}  # an index: its rows are made anew
ADDED |= {"risks.CellChange", "compliance.CoverageMark", "talk.WatchMark"}


def live_tables():
    """Every row of every table as it stands, but for the versions of rows, which only ever rise."""
    return {
        model._meta.label: sorted(
            (
                {name: value for name, value in row.items() if name not in UNLIKE.get(model._meta.label, ("version",))}
                for row in model._default_manager.values()
            ),
            key=repr,
        )
        for model in ours()
        if not is_event(model) and model._meta.managed and model._meta.label not in ADDED
    }


def known(table):
    """Without the news of merges, which stay told."""
    return table | {"attention.Reminder": [row for row in table["attention.Reminder"] if not row["kind"].startswith("merge.")]}


def furnish(chance, row, others, person):
    """Something of everything that hangs on any kind."""
    place = make_place(row)
    for _ in range(chance.randint(0, 2)):
        begun = make_comment(row, by=person)
        make_comment(row, "Yes", by=others[0], answers=begun.pk)
        if chance.random() < 0.5:
            comments.resolve(begun, actor=person)
    if chance.random() < 0.7:
        attaching.attach(place, SimpleUploadedFile("a.txt", b"a"), "a.txt", actor=person)
    for one in others:
        if chance.random() < 0.6:
            watching.begin(place, actor=one)


def two_risks(chance, company, analyst, others):
    assets = [make_asset(f"Press {n}", unit=company.northfield, actor=analyst) for n in range(3)]
    guards = [make_control(unit=company.northfield, actor=analyst) for _ in range(2)]
    found = []
    for _ in range(2):
        risk = make_risk(unit=company.northfield, assets=chance.sample(assets, chance.randint(0, 3)), it_owner=others[0])
        make_levels(risk)
        for guard in chance.sample(guards, chance.randint(0, 2)):
            controls.link(guard, risk, ["LIKELIHOOD"], actor=analyst)
        if chance.random() < 0.7:
            make_treatment(risk, actor=analyst)
        reviews.schedule(risk, cadence.REVIEW, organisations.today(), [], owner=others[0], actor=analyst)
        furnish(chance, risk, others, analyst)
        found.append(risk)
    _named_above(chance, company, analyst, found)
    return found


def _named_above(chance, company, analyst, risks):
    """By an initiative and a goal that may name both, or have taken one off, and by lines of the ledger."""
    started, goal = make_initiative(unit=company.northfield, by=analyst), make_goal(by=analyst)
    for risk in risks:
        gone = clock.now() if chance.random() < 0.3 else None
        if chance.random() < 0.7:
            InitiativeRisk.objects.create(initiative=started, risk=risk, archived_at=gone)
            GoalLink.objects.create(goal=goal, subject_kind="risk", subject_id=risk.pk, archived_at=gone)
        make_spend_line(unit=company.northfield, by=analyst, risk=risk)


def two_assets(chance, company, analyst, others):
    around = [make_asset(f"Gateway {n}", unit=company.northfield, actor=analyst, own_safety=chance.randint(1, 5)) for n in range(3)]
    found = [make_asset(f"Press {n}", unit=company.northfield, fqdn=f"press-{n}.example", actor=analyst) for n in range(2)]
    risk = make_risk(unit=company.northfield)
    for asset in found:
        for other in around:
            if chance.random() < 0.6:
                make_dependency(*chance.sample([asset, other], 2), actor=analyst)
        if chance.random() < 0.7:
            RiskAsset.objects.create(risk=risk, asset=asset)
        furnish(chance, asset, others, analyst)
    if chance.random() < 0.5:
        make_dependency(*found, actor=analyst)
    _declared_and_seen(chance, found, make_initiative(unit=company.northfield, by=analyst))
    return found


def _declared_and_seen(chance, assets, initiative):
    """What an initiative may say of both, or of one of them."""
    lines = [Said("ADDS", "", "INTERNAL", asset=one) for one in assets if chance.random() < 0.7]
    declarations.declare(initiative, [*lines, Said("ADDS", "SERVER", "PUBLIC", 3)], actor=None)
    anywhere = declarations.standing(initiative)[-1]
    for asset in assets:
        if chance.random() < 0.8:
            state = chance.choice(["ASKED", "CONFIRMED", "STRANGE"])
            line = anywhere if state == "CONFIRMED" else None
            SeenAsset.objects.create(initiative=initiative, asset=asset, state=state, line=line)
    sightings.ask_both(Initiative.objects.select_related("owner", "security_lead", "unit").get(pk=initiative.pk))


@pytest.mark.parametrize("make", [two_risks, two_assets])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_merged_and_undone_the_live_tables_are_what_they_were(people, company, make, seed):
    chance, analyst = random.Random(f"{make.__name__} {seed}"), people["Ines"]
    survivor, merged = make(chance, company, analyst, [people["Otto"], people["Mara"]])
    kind = make_place(survivor).kind
    before, counted = known(live_tables()), totals.read(company.root.pk, prefix="assets.")

    made = merging.merge(kind, survivor, merged, actor=analyst, versions=(None, None))
    between = known(live_tables())
    asked = Review.objects.open().filter(subject_kind=kind, subject_id=merged.pk)
    hanging = [Comment.objects.about(kind, merged.pk).count(), asked.count()]
    merging.undo(made, actor=analyst)

    assert between != before and hanging == [0, 0]
    after = known(live_tables())
    assert {label for label in before if before[label] != after[label] and not label.startswith("risks.Score")} == set()
    assert totals.read(company.root.pk, prefix="assets.") == counted
    assert {key: value for key, value in counting.recount().items() if key[0] == company.root.pk and value} == {
        (company.root.pk, measure): value for measure, value in counted.items() if value
    }


def test_what_hangs_on_a_risk_goes_over_and_its_page_leads_on(people, company):
    survivor, merged = (make_risk(unit=company.northfield, number=f"R-9000{n}", it_owner=people["Otto"]) for n in (1, 2))
    plan = make_treatment(merged, actor=people["Ines"])
    make_comment(merged, by=people["Ines"])
    _named_above(SimpleNamespace(random=lambda: 0.5), company, people["Ines"], [survivor, merged])
    InitiativeRisk.objects.filter(risk=survivor).update(archived_at=clock.now())
    client = asked(people["Ines"])
    send = {"content_type": "application/json"}
    wanted = {"kind": "risk", "survivor": survivor.number, "merged": merged.number}

    shown = client.get(f"/about/risk/{merged.pk}/merge/", {"into": survivor.number}).text
    stale = client.post("/api/v1/merges/", wanted | {"survivor_version": 9, "merged_version": 1}, **send)
    made = client.post("/api/v1/merges/", wanted | {"survivor_version": 1, "merged_version": 1}, **send)
    led = client.get(f"/risks/{merged.pk}/")
    here = client.get(f"/about/risk/{survivor.pk}/").text

    assert "Let R-90002 go on in R-90001?" in shown and (stale.status_code, made.status_code) == (412, 201)
    assert (led.status_code, led.headers["Location"]) == (302, f"/risks/{survivor.pk}/")
    assert "1 other told of the same thing" in here and "Is the jump host still in use?" in here
    assert Treatment.objects.get(pk=plan.pk).risk_id == survivor.pk
    assert InitiativeRisk.objects.get(archived_at=None, risk=survivor)  # it had been taken off, and the other one had not
    assert SpendLine.objects.filter(risk=survivor).count() == 2
    assert GoalLink.objects.filter(archived_at=None, subject_id=survivor.pk).count() == 1
    assert client.get(f"/archive/history/risk/{merged.pk}/").status_code == 200  # its own history stays
    verbs = AuditEntry.objects.filter(verb="risk.merged").order_by("pk").values_list("subject_id", "params__is")
    assert list(verbs) == [(survivor.pk, "survivor"), (merged.pk, "merged")]
    assert [row.recipient for row in Reminder.objects.filter(kind__startswith="merge.done")] == [people["Otto"]]
    undone = client.post(f"/about/merges/{made.json()['id']}/undoing/")
    assert (undone.status_code, client.get(f"/risks/{merged.pk}/").status_code) == (302, 200)
    assert client.get("/api/v1/merges/", {"kind": "risk", "subject": merged.pk}).json()["results"][0]["undone_at"]


def test_it_stands_once_somebody_touched_either(people, company):
    analyst = people["Ines"]
    for touch in (
        lambda survivor, merged: audit.record(people["Mara"], "risk.changed", survivor, {}),
        lambda survivor, merged: audit.record(people["Mara"], "risk.changed", merged, {}),
        lambda survivor, merged: make_comment(survivor, by=people["Mara"]),
        lambda survivor, merged: RiskAsset.objects.filter(risk=survivor).update(risk=make_risk(unit=company.northfield)),
    ):
        survivor, merged = (make_risk(unit=company.northfield, assets=[make_asset(unit=company.northfield)] * n) for n in (0, 1))
        made = merging.merge("risk", survivor, merged, actor=analyst, versions=(1, 1))
        audit.record(None, "score.recomputed", survivor, {})
        touch(survivor, merged)

        with pytest.raises(TouchedSinceMerge):
            merging.undo(made, actor=analyst)

        assert Merge.objects.get(pk=made.pk).ended_at is None
        assert Risk.objects.get(pk=merged.pk).archived_at is not None


def test_what_is_refused(people, company):
    analyst, colleague = people["Ines"], people["Otto"]
    one, other = (make_risk(unit=company.northfield) for _ in range(2))

    def refused(error, survivor=one, merged=other, actor=analyst, versions=(None, None)):
        with pytest.raises(error):
            merging.merge("risk", survivor, merged, actor=actor, versions=versions)

    refused(IntoItself, merged=one)
    refused(NotYoursToMerge, actor=colleague)
    refused(VersionsMovedOn, versions=(1, 7))
    make_exception(other, by=analyst)
    refused(OneStaysOpen)
    secret = make_risk(unit=company.northfield, is_confidential=True)
    refused(ReadersAreNotYours, merged=secret)
    refused(OneStaysOpen, merged=secret, actor=people["Mara"])  # what few may read would be read by more
    made = merging.merge("risk", other, one, actor=analyst, versions=(None, None))
    refused(GoneAlready, survivor=other, merged=one)
    merging.undo(made, actor=analyst)
    with pytest.raises(UndoneAlready):
        merging.undo(made, actor=analyst)


def test_an_asset_that_leans_on_its_twin_leans_on_itself_nowhere(people, company):
    first, second, third = (make_asset(f"Press {n}", unit=company.northfield, fqdn=f"p{n}.example") for n in range(3))
    make_dependency(first, second)
    make_dependency(third, second)
    make_dependency(third, first)

    merging.merge("asset", first, second, actor=people["Ines"], versions=(None, None))

    standing = Dependency.objects.current().values_list("dependent", "supporting")
    assert list(standing) == [(third.pk, first.pk)]
    assert set(Asset.objects.get(pk=first.pk).identifiers.values_list("value", flat=True)) >= {"p0.example", "p1.example"}
    assert asked(people["Mara"]).get(f"/assets/inventory/{second.pk}/").headers.get("Location", "").endswith(f"/{first.pk}/")
