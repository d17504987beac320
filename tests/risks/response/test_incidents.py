from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from portal import clock
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people import holdings
from portal.record.models import AuditEntry
from risks.errors import SavedMeanwhile
from risks.models import Incident, IncidentLoss, Levels, RatingRound
from risks.response import incident_book, incidents
from risks.response.errors import CameTrue, ContainedBefore, IncidentClosed, LossIsFinal, NotContained, NotItsRisk
from tests.factories.assets import make_asset
from tests.factories.response import make_incident
from tests.factories.risks import make_risk


def verbs(incident):
    return list(AuditEntry.objects.filter(kind="incident", subject_id=incident.pk).order_by("pk").values_list("verb", flat=True))


def test_an_incident_goes_from_notice_to_its_end(incident, owner):
    assert (incident.number[:4], incident.stage) == ("INC-", "OPEN")
    with pytest.raises(NotContained):
        incidents.close(incident, actor=owner, summary="Over")
    with pytest.raises(Invalid) as ahead:
        incidents.contain(incident, actor=owner, at=clock.now() + timedelta(hours=1))
    assert "contained_at" in ahead.value.fields

    contained = incidents.contain(incident, actor=owner)
    assert contained.stage == "CONTAINED"
    with pytest.raises(ContainedBefore):
        incidents.contain(incident, actor=owner)
    with pytest.raises(Invalid):
        incidents.close(incident, actor=owner, summary=" ")
    closed = incidents.close(incident, actor=owner, summary="A phished account; two workstations were set up anew.")

    assert closed.stage == "CLOSED"
    assert verbs(incident) == ["incident.logged", "incident.contained", "incident.closed"]
    with pytest.raises(IncidentClosed):
        incidents.change(closed, actor=owner, version=None, title="Otherwise")


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", {"title": " "}),
        ("occurred_at", {"occurred_at": datetime(1, 1, 1, tzinfo=UTC)}),
        ("noticed_at", {"noticed_at": timedelta(hours=1)}),
        ("occurred_at", {"noticed_at": timedelta(hours=-2), "occurred_at": timedelta(hours=-1)}),
    ],
)
def test_what_cannot_be_is_refused_by_field(company, owner, field, said):
    moments = {name: clock.now() + value if isinstance(value, timedelta) else value for name, value in said.items()}

    with pytest.raises(Invalid) as refused:
        make_incident(unit=company.northfield, actor=owner, **moments)

    assert list(refused.value.fields) == [field]
    assert not Incident.objects.exists()


def test_a_late_save_loses_nothing_and_hidden_links_stay(company, owner, incident, risk, person):
    shut = make_risk(unit=company.northfield, title="Shut away", is_confidential=True)
    more, press = make_risk(unit=company.northfield), make_asset("Press", unit=company.northfield)
    incidents.change(incident, actor=person("CIO"), version=1, risks=[risk, shut, more])

    with pytest.raises(SavedMeanwhile):
        incidents.change(incident, actor=owner, version=1, title="Two workstations")
    changed = incidents.change(incident, actor=owner, version=2, title="Two workstations", risks=[risk], assets=[press])

    assert (changed.title, set(changed.risks.all()), list(changed.assets.all())) == ("Two workstations", {risk, shut}, [press])
    assert incidents.change(incident, actor=owner, version=3, title="Two workstations").version == 3


def test_losses_are_estimates_then_final_and_every_amount_stays(incident, owner):
    incidents.note_loss(incident, "RESPONSE", Decimal("20000"), actor=owner)
    incidents.note_loss(incident, "RESPONSE", Decimal("31250.50"), actor=owner, is_final=True)
    incidents.note_loss(incident, "PRODUCTIVITY", Decimal("8000"), actor=owner)
    with pytest.raises(LossIsFinal):
        incidents.note_loss(incident, "RESPONSE", Decimal("1"), actor=owner)
    with pytest.raises(Invalid) as silent:
        incidents.note_loss(incident, "RESPONSE", Decimal("32000"), actor=owner, is_final=True)
    assert "reason" in silent.value.fields
    for wrong in (Decimal("-1"), Decimal("0.001")):
        with pytest.raises(Invalid):
            incidents.note_loss(incident, "FINES", wrong, actor=owner)
    incidents.note_loss(incident, "RESPONSE", Decimal("32000"), actor=owner, is_final=True, reason="A late invoice")

    sheet = incident_book.sheet(incident_book.of_user(owner).get(), owner)
    response = next(cost for cost in sheet.costs if cost.form == "RESPONSE")

    assert (sheet.total, sheet.is_final) == (Decimal("40000.00"), False)
    assert [one.amount for one in (response.current, *response.earlier)] == [
        Decimal("32000"),
        Decimal("31250.50"),
        Decimal("20000"),
    ]
    assert incident_book.with_totals(Incident.objects.all()).get().total_loss == Decimal("40000.00")
    with pytest.raises(ProgrammingError), transaction.atomic():
        IncidentLoss.objects.update(amount=0)


def test_a_new_likelihood_is_proposed_and_never_overwrites(incident, risk, owner, person):
    engineer = person("ENGINEER", unit=incident.unit)

    link = incidents.propose_likelihood(incident, risk, 5, "It took four hours, not days.", actor=engineer)

    assert Levels.objects.get(risk=risk, stage="CURRENT").likelihood_level == 3
    assert not RatingRound.objects.exists()  # an engineer speaks for no office
    told = Reminder.objects.get(recipient=owner)
    assert (told.kind, told.subject_kind, told.params) == ("risk.likelihood_proposed.news", "risk", {"level": 5})
    incidents.propose_likelihood(incident, risk, 4, "Our own view.", actor=owner)  # the owner does, so both are asked
    assert RatingRound.objects.get(risk=risk).needs_both
    assert link.proposed_likelihood_level == 5
    with pytest.raises(Invalid):
        incidents.propose_likelihood(incident, risk, 6, "", actor=owner)
    with pytest.raises(NotItsRisk):
        incidents.propose_likelihood(incident, make_risk(unit=incident.unit), 5, "x", actor=owner)


def test_a_risk_comes_true_once_and_its_owners_hear_of_it_once(incident, risk, owner):
    incidents.materialise(incident, risk, actor=owner)
    incidents.materialise(incident, risk, actor=owner)

    assert Reminder.objects.filter(kind="risk.materialised.news", recipient=owner).count() == 1
    assert AuditEntry.objects.filter(verb="risk.materialised", kind="risk", subject_id=risk.pk).count() == 1
    with pytest.raises(CameTrue):
        incidents.change(incident, actor=owner, version=None, risks=[])


def test_a_confidential_incident_opens_to_few_and_counts_for_the_unit(company, owner, person, incident):
    shut = make_risk(unit=company.northfield, is_confidential=True)
    colleague, lead, cio = (person(role, unit=company.northfield) for role in ("ENGINEER", "ANALYST", "CIO"))
    flagged = make_incident(unit=company.northfield, actor=lead, is_confidential=True)
    of_shut = make_incident(unit=company.northfield, actor=cio, risks=[shut], lead=None)

    def seen(user):
        return set(Incident.objects.visible_to(user))

    assert seen(cio) == {incident, flagged, of_shut}
    assert seen(lead) == {incident, flagged}
    assert seen(colleague) == {incident}
    assert seen(person("ENGINEER", unit=company.eastmere)) == set()
    assert Incident.objects.hidden_from(colleague).count() == 2
    shut.named_people.add(colleague)
    assert seen(colleague) == {incident, of_shut}


def test_the_pages_log_change_cost_and_close(company, owner, risk, signed_in):
    client = signed_in(owner)
    assert risk.number in client.get(f"{reverse('risks:incident-new')}?risk={risk.pk}").content.decode()
    said = {"version": 0, "title": "Ransom note", "unit": company.northfield.pk, "lead": owner.pk, "risks": risk.number.lower()}

    refused = client.post(reverse("risks:incident-new"), said | {"title": "", "risks": "R-9"})
    client.post(reverse("risks:incident-new"), said)
    made = Incident.objects.get()

    def act(name, told, *more):
        return client.post(reverse(f"risks:incident-{name}", args=[made.pk, *more]), told, follow=True)

    assert (refused.status_code, made.lead, list(made.risks.all())) == (422, owner, [risk])
    assert act("closing", {"summary": "x"}).status_code == 409
    assert "2,000.00" in act("losses", {"form": "FINES", "amount": "2000"}).content.decode()
    assert act("losses", {"form": "FINES", "amount": "-1"}).status_code == 422
    assert act("likelihood", {"risk": risk.pk, "likelihood_level": 5, "reason": "It spread"}).status_code == 200
    assert "Came true" in act("materialisation", {}, risk.pk).content.decode()
    assert act("containment", {"at": "2099-01-01T08:00"}).status_code == 422
    act("containment", {})
    assert "How it ended" in act("closing", {"summary": "Over"}).content.decode()
    page = client.get(reverse("risks:risk", args=[risk.pk])).content.decode()
    assert "this risk came true" in page and "Proposes likelihood 5" in page
    assert risk.title in client.get(f"{reverse('risks:register')}?came_true=1").content.decode()
    assert made.title in client.get(f"{reverse('risks:incidents')}?view=closed").content.decode()
    assert client.get(reverse("risks:incidents")).status_code == 200


def test_a_late_form_keeps_both(incident, owner, signed_in):
    incidents.change(incident, actor=owner, version=1, title="Theirs")

    said = {"version": 1, "title": "Mine", "unit": incident.unit_id}
    response = signed_in(owner).post(reverse("risks:incident-change", args=[incident.pk]), said, headers={"HX-Request": "true"})

    assert response.status_code == 412
    assert "Theirs" in response.content.decode()


def test_who_leaves_passes_what_they_lead_but_opens_nothing(company, owner, person, incident):
    cio, admin, successor = person("CIO"), person("ADMIN"), person("ENGINEER", unit=company.northfield)
    shut = make_incident(unit=company.northfield, actor=owner, is_confidential=True)
    group = next(one for one in holdings.groups() if one.key == "incidents")
    assert set(group.rows(owner)) == {incident, shut}

    for row in group.rows(owner):
        group.pass_on(row, person=owner, successor=successor, actor=admin)

    assert dict(Incident.objects.values_list("pk", "lead")) == {incident.pk: successor.pk, shut.pk: cio.pk}
