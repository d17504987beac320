import pytest
from django.urls import reverse

from risks.models import Activation, PlanVersion, PrivateReach, ResponsePlan
from risks.response import plans


@pytest.fixture
def browser(owner, signed_in):
    return signed_in(owner)


def rows(*told, initial=0):
    found = {"form-TOTAL_FORMS": len(told), "form-INITIAL_FORMS": initial}
    return found | {f"form-{place}-{name}": value for place, row in enumerate(told) for name, value in row.items()}


def test_a_plan_is_opened_written_sent_and_activated(browser, company, owner, risk, leaders, incident):
    said = {"version": 0, "name": "Data leak", "unit": company.northfield.pk, "owner": owner.pk, "review_every_days": 90}
    assert browser.get(f"{reverse('risks:plan-new')}?risk={risk.pk}").status_code == 200
    assert browser.post(reverse("risks:plan-new"), said | {"risks": "R-0"}).status_code == 422
    browser.post(reverse("risks:plan-new"), said | {"risks": risk.number})
    plan, version = ResponsePlan.objects.get(), PlanVersion.objects.get()

    def write(part, *told, status=302):
        sent = {"version": PlanVersion.objects.get().version} | rows(*told)
        answer = browser.post(reverse("risks:plan-part", args=[version.pk, part]), sent)
        assert answer.status_code == status, answer.content.decode()
        return answer

    both = [
        {"phase": "CONTAIN", "office": office, "title": f"{office} acts", "doer": doer, "minutes_allowed": 15}
        for office, doer in (("IT", "CIO"), ("SECURITY", owner.email))
    ]
    write("actions", both[0] | {"minutes_allowed": 0}, status=422)
    write("actions", both[0] | {"doer": "Nobody Here"}, status=422)
    write("actions", *both, {"phase": "LEARN", "office": "IT"})
    write("contacts", {"name": "Only a name"}, status=422)
    write("contacts", {"name": "Marta", "role": "CIO", "private": "+49 170 1"}, {"name": "Jonas", "role": "Shift", "called_by": 1})
    form = browser.get(reverse("risks:plan-part", args=[version.pk, "contacts"])).content.decode()
    assert "+49 170 1" not in form
    keeps = version.contacts.get(place=1).pk
    write("contacts", {"name": "Marta L.", "role": "CIO", "keeps": keeps, "account": leaders[0].email})
    assert (version.contacts.get(place=1).person, version.actions.get(place=2).person) == (leaders[0], owner)
    form = browser.get(reverse("risks:plan-part", args=[version.pk, "actions"])).content.decode()
    assert (form.count(f"<option>{owner.name}</option>"), form.count(f'value="{owner.name}"')) == (1, 1)
    assert PrivateReach.objects.get().reach == "+49 170 1"
    write(
        "clocks", {"law": "NIS2", "name": "Early warning", "amount": 24, "measure": "HOURS", "starts": "AWARENESS", "doer": "CISO"}
    )
    assert browser.get(reverse("risks:plan-part", args=[version.pk, "nothing"])).status_code == 404
    late = browser.post(reverse("risks:plan-part", args=[version.pk, "clocks"]), {"version": 1} | rows())
    assert late.status_code == 412

    sent = browser.post(reverse("risks:plan-proposal", args=[version.pk]), follow=True).content.decode()

    assert "Waits for signatures" in sent and f"waits for {leaders[0].name}" in sent
    browser.post(reverse("risks:plan-withdrawal", args=[version.pk]))
    browser.post(reverse("risks:plan-proposal", args=[version.pk]))
    plans.take_force(PlanVersion.objects.get(), actor=None)
    assert "CIO" in browser.get(reverse("risks:plan", args=[plan.pk])).content.decode()
    assert browser.get(reverse("risks:plan-paper", args=[version.pk])).status_code == 200
    activate = reverse("risks:plan-activation", args=[plan.pk])
    assert browser.post(activate, {"incident": 0}).status_code == 422
    assert browser.post(activate, {"incident": incident.pk, "aware_at": "2099-01-01T00:00"}).status_code == 422
    assert browser.post(activate, {"incident": incident.pk}).headers["Location"] == reverse(
        "risks:activation", args=[Activation.objects.get().pk]
    )
    assert "Activated." in browser.get(reverse("risks:plan", args=[plan.pk])).content.decode()
    for view in ("current", "live", "unsigned", "retired"):
        assert browser.get(f"{reverse('risks:plans')}?view={view}").status_code == 200


def test_a_plan_without_anything_to_do_is_not_sent(browser, company, owner):
    plan = plans.open_plan(actor=owner, name="Outage", unit=company.northfield)

    answer = browser.post(reverse("risks:plan-proposal", args=[plan.versions.get().pk]))

    assert (answer.status_code, "Say at least one action of the IT office" in answer.content.decode()) == (422, True)


def test_a_plan_is_changed_drafted_anew_and_retired(browser, plan, owner):
    said = {"version": plan.version, "name": "Ransom", "unit": plan.unit_id, "owner": owner.pk, "review_every_days": 90}

    browser.post(reverse("risks:plan-change", args=[plan.pk]), said)
    late = browser.post(reverse("risks:plan-change", args=[plan.pk]), said | {"name": "Late"}, headers={"HX-Request": "true"})
    browser.post(reverse("risks:plan-drafting", args=[plan.pk]))
    no_reason = browser.post(reverse("risks:plan-retirement", args=[plan.pk]), {"reason": ""})
    browser.post(reverse("risks:plan-retirement", args=[plan.pk]), {"reason": "The plant was sold"})

    plan.refresh_from_db()
    assert (plan.name, late.status_code, no_reason.status_code, plan.versions.count()) == ("Ransom", 412, 422, 2)
    assert plan.archived_at is not None
