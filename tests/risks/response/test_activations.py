import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from portal import clock
from portal.attention import news
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import letters, organisations
from portal.people.models import Letter, User
from portal.record.models import AuditEntry
from risks.models import Activation, ActivationMark, Incident
from risks.response import activations, clocks, exercises, incidents, plans
from risks.response import live as happening
from risks.response.errors import (
    ActivationOver,
    AlreadyMaterial,
    AtWork,
    IncidentClosed,
    NotCalled,
    NothingInForce,
    NotRunningYet,
    PlanRetired,
)
from tests.factories import portal as make
from tests.factories.response import in_force, make_incident, make_plan


def running(found):
    marks = list(found.marks.all())
    return {f"{one.duty.law} {one.duty.amount}": one for one in clocks.read(found, found.plan_version.clocks.all(), marks)}


def test_a_plan_is_activated_for_an_incident_and_calls_those_it_names(company, owner, leaders, plan, incident):
    found = activations.activate(plan, actor=leaders[0], incident=incident)

    assert set(found.people.all()) == {owner, leaders[0], leaders[1]}  # by name, by seat, by the clocks
    assert found.aware_at == incident.noticed_at
    told = set(Reminder.objects.filter(kind="response.activated.news").values_list("recipient", flat=True))
    assert told == {owner.pk, leaders[1].pk}
    with pytest.raises(AtWork):
        activations.activate(plan, actor=owner, incident=incident)
    with pytest.raises(Invalid):
        activations.activate(
            plan, actor=owner, incident=make_incident(unit=company.northfield, actor=owner), aware_at=clock.now() + timedelta(1)
        )


def test_what_cannot_be_activated_is_refused(company, owner, plan, incident):
    with pytest.raises(NothingInForce):
        activations.activate(make_plan(unit=company.northfield, actor=owner), actor=owner, incident=incident)
    over = make_incident(unit=company.northfield, actor=owner)
    incidents.close(incidents.contain(over, actor=owner), actor=owner, summary="Over")
    with pytest.raises(IncidentClosed):
        activations.activate(plan, actor=owner, incident=over)
    plans.retire(plan, actor=owner, reason="x")
    with pytest.raises(PlanRetired):
        activations.activate(plan, actor=owner, incident=incident)


def test_ticks_are_lines_of_a_log_that_is_only_added_to(live, owner, leaders, person):
    action = live.plan_version.actions.get(office="IT", phase="CONTAIN")

    first = activations.tick(live, action, actor=owner)
    assert activations.tick(live, action, actor=leaders[0]) == first  # the first who ticks stands
    activations.tick(live, action, actor=leaders[0], done=False)
    activations.tick(live, action, actor=leaders[0])

    assert list(live.marks.order_by("pk").values_list("kind", "by")) == [
        ("DONE", owner.pk),
        ("NOT_DONE", leaders[0].pk),
        ("DONE", leaders[0].pk),
    ]
    with pytest.raises(ProgrammingError), transaction.atomic():
        ActivationMark.objects.all().delete()
    with pytest.raises(NotCalled):
        activations.tick(live, action, actor=person("ENGINEER", unit=live.unit))
    for wrong in (live.plan_version.actions.get(phase="PREPARE"), live.plan_version.actions.get(office="SECURITY")):
        with pytest.raises(Invalid):
            activations.tick(live, wrong, actor=owner, done=False)


def test_clocks_run_from_awareness_or_from_the_decision_and_stop_when_told(live, owner):
    now = running(live)
    assert {name: one.state for name, one in now.items()} == {
        **dict.fromkeys(("NIS2 24", "NIS2 72", "NIS2 1", "DORA 24", "GDPR 72"), "runs"),
        **dict.fromkeys(("DORA 4", "SEC 4"), "waits"),
    }
    assert now["NIS2 24"].due_at == live.aware_at + timedelta(hours=24)
    assert now["NIS2 24"].left_in_words in ("1 day 0 h left", "23 h 59 min left")
    with pytest.raises(NotRunningYet):
        activations.notify(live, now["DORA 4"].duty, actor=owner)

    found = activations.find_material(live, actor=owner)
    told = activations.notify(live, now["DORA 4"].duty, actor=owner, text="Reference 4711")
    assert activations.notify(live, now["DORA 4"].duty, actor=owner) == told

    assert running(found)["DORA 4"].state == "told"
    with pytest.raises(AlreadyMaterial):
        activations.find_material(live, actor=owner)
    with clock.stopped(live.aware_at + timedelta(hours=25)):
        late = running(found)
        assert (late["NIS2 24"].state, late["NIS2 24"].left_in_words) == ("out", "ran out 1 h 00 min ago")
        activations.notify(live, now["NIS2 24"].duty, actor=owner)
        assert running(found)["NIS2 24"].state == "told-late"


def test_where_whoever_must_tell_has_left_both_leaders_are_warned(live, leaders, person):
    gone = person("OWNER", name="Gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    duty = live.plan_version.clocks.first()
    duty.person, duty.seat, live.incident.lead = gone, "", gone

    assert set(clocks._responsible(live, duty)) == set(leaders)

    live.incident.lead = leaders[1]
    assert clocks._responsible(live, duty) == [leaders[1]]


def test_people_are_told_of_a_clock_once_a_stage_by_inbox_and_mail_at_once(live, owner, leaders, mailoutbox):
    assert clocks.warn() == 5
    assert clocks.warn() == 0
    letters.send_waiting()
    mail = next(one for one in mailoutbox if one.to == [leaders[1].email])
    assert mail.subject == "A notification clock is running" and live.incident.title not in mail.body
    with clock.stopped(live.aware_at + timedelta(hours=19)):
        assert clocks.warn() == 2  # NIS2 and DORA, 24 h each
        reminder = Reminder.objects.filter(recipient=leaders[1], kind__contains=".soon.").first()
        assert "the time runs out at" in news.sentence(reminder)
    nis2 = live.plan_version.clocks.get(law="NIS2", amount=24)
    activations.notify(live, nis2, actor=owner)
    with clock.stopped(live.aware_at + timedelta(hours=20)):
        letters.send_waiting()
    assert Letter.objects.filter(params__clock=nis2.pk, params__stage="SOON", sent_at=None).exclude(dropped_at=None).exists()
    activations.end(live, actor=owner, summary="Restored")
    with clock.stopped(live.aware_at + timedelta(hours=99)):
        assert clocks.warn() == 0


def test_private_numbers_show_to_the_called_and_the_seats_alone_and_each_look_is_on_record(
    live, owner, leaders, person, company, signed_in
):
    address = reverse("risks:activation-contacts", args=[live.pk])
    paper = reverse("risks:activation-paper", args=[live.pk])

    def looks():
        return AuditEntry.objects.filter(verb="response.contacts_shown", subject_id=live.pk).count()

    engineer = person("ENGINEER", unit=company.northfield)
    assert signed_in(engineer).get(address).status_code == 409
    assert "+49 170" not in signed_in(engineer).get(f"{paper}?private=1").content.decode()
    assert (
        "+49 170" not in signed_in(person("AUDITOR")).get(reverse("risks:plan", args=[live.plan_version.plan_id])).content.decode()
    )
    assert looks() == 0
    assert "+49 170 1111111" in signed_in(leaders[0]).get(address).content.decode()
    assert "+49 170 2222222" in signed_in(owner).get(f"{paper}?private=1").content.decode()
    assert "+49 170" not in signed_in(owner).get(paper).content.decode()
    assert looks() == 2
    service = person("INTEGRATION")
    live.people.add(service)
    assert not activations.may_act(live, service)

    tried = exercises.start(
        exercises.plan_one(live.plan_version.plan, actor=owner, title="Try it", planned_on=organisations.today()), actor=owner
    )
    for one in (owner, leaders[0]):
        page = signed_in(one).get(reverse("risks:activation", args=[tried.pk])).content.decode()
        refused = signed_in(one).get(reverse("risks:activation-contacts", args=[tried.pk]))
        assert ("Show private numbers" in page, refused.status_code) == (False, 409)
        assert "Private numbers stay closed in an exercise." in refused.content.decode()
        paper = signed_in(one).get(f"{reverse('risks:activation-paper', args=[tried.pk])}?private=1").content.decode()
        assert "+49 170" not in paper and "With them; the look is on record" not in paper
    assert AuditEntry.objects.filter(verb="response.contacts_shown").count() == 2  # those of the incident

    activations.end(live, actor=owner, summary="Restored")

    assert signed_in(owner).get(address).status_code == 409
    for act in (
        lambda: activations.note(live, "x", actor=owner),
        lambda: activations.end(live, actor=owner, summary="x"),
        lambda: activations.look_at_contacts(live, actor=owner),
    ):
        with pytest.raises(ActivationOver):
            act()


def test_somebody_called_sees_a_confidential_incident_and_acts(company, owner, leaders, person):
    elsewhere = person("ENGINEER", unit=company.eastmere)
    plan = in_force(make_plan(unit=company.northfield, actor=elsewhere), *leaders)
    shut = make_incident(unit=company.northfield, actor=leaders[0], is_confidential=True)
    assert not Incident.objects.visible_to(elsewhere).exists()

    found = activations.activate(plan, actor=leaders[0], incident=shut)

    assert Incident.objects.visible_to(elsewhere).get() == shut
    assert activations.tick(found, found.plan_version.actions.get(office="SECURITY"), actor=elsewhere)
    assert not Activation.objects.visible_to(person("ENGINEER", unit=company.northfield)).exists()


def test_the_live_page_works_by_forms_and_by_its_live_part(live, owner, signed_in):
    client = signed_in(owner)
    here = reverse("risks:activation", args=[live.pk])
    action, nis2 = live.plan_version.actions.get(office="IT", phase="CONTAIN"), live.plan_version.clocks.first()
    tick = reverse("risks:activation-tick", args=[live.pk, action.pk])

    plain = client.post(tick, {}, follow=True)
    part = client.get(here, headers={"HX-Request": "true"}).content.decode()
    undone = client.post(tick, {"done": "0"}, headers={"HX-Request": "true"})
    told = client.post(reverse("risks:activation-notification", args=[live.pk, nis2.pk]), {"text": "4711"}, follow=True)

    assert "1 of 2 actions are done" in plain.content.decode()
    assert "<html" not in part and re.search(r'hx-trigger="every 20s"', part)
    assert (undone.status_code, "<html" in undone.content.decode()) == (200, False)
    assert "Told by" in told.content.decode()
    for name, said, status in (
        ("note", {"text": " "}, 422),
        ("note", {"text": "Line 2 stands"}, 302),
        ("materiality", {"at": "2099-01-01T00:00"}, 422),
        ("materiality", {}, 302),
        ("ending", {"summary": ""}, 422),
        ("ending", {"summary": "Restored from backups"}, 302),
        ("note", {"text": "Too late"}, 409),
    ):
        assert client.post(reverse(f"risks:activation-{name}", args=[live.pk]), said).status_code == status, (name, said)
    assert "every 20s" not in client.get(here).content.decode()
    assert client.get(reverse("risks:activation-paper", args=[live.pk])).status_code == 200


def test_of_two_people_at_once_no_tick_is_lost(own_db):
    company = make.make_company()
    owner = make.make_person("OWNER", company=company)
    leaders = [make.make_person(seat, company=company) for seat in ("CIO", "CISO")]
    plan = in_force(make_plan(unit=company.root, actor=owner), *leaders)
    live = activations.activate(plan, actor=owner, incident=make_incident(unit=company.root, actor=owner))
    actions = list(live.plan_version.actions.exclude(phase="PREPARE"))
    together = Barrier(2)

    def work(person, mine):
        together.wait()
        for action in mine:
            activations.tick(live, action, actor=person)
        connection.close()

    threads = [Thread(target=work, args=(leaders[0], actions)), Thread(target=work, args=(leaders[1], actions[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(live.marks.values_list("kind", "action")) == sorted(("DONE", one.pk) for one in actions)


def test_today_begins_with_what_is_happening_for_those_it_concerns(company, owner, leaders, person, live, signed_in):
    alone = make_incident(unit=company.northfield, actor=owner)
    engineer = person("ENGINEER", unit=company.northfield)

    page = signed_in(owner).get("/").content.decode()

    assert [one.kind for one in happening.of(owner)] == ["incident", "plan"]
    assert [one.kind for one in happening.of(leaders[1])] == ["incident", "plan"]
    assert happening.of(engineer) == []
    assert page.index("Open the live plan") and alone.title in page
    activations.end(live, actor=owner, summary="Over")
    assert [one.label for one in happening.of(owner)] == [str(alone), str(live.incident)]
