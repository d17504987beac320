from datetime import timedelta

import pytest
from django.urls import reverse

from portal.people import organisations
from risks import treatments
from risks.models import Treatment
from risks.treatments import Step
from tests.factories.risks import make_evidence, make_levels, make_risk, make_treatment

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(person):
    return person("OWNER")


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def risk(company, owner):
    risk = make_risk(unit=company.northfield, it_owner=owner, accountable="IT")
    make_levels(risk, 4, operational=4)
    return risk


@pytest.fixture
def proposed(risk, owner):
    step = Step("IT", "Buy the gateway", owner, organisations.today() + timedelta(days=20))
    return make_treatment(risk, actor=owner, steps=[step], title="Gateway before line control")


def answers(owner, **changed):
    day = str(organisations.today() + timedelta(days=60))
    believable = {
        "version": "0",
        "title": "Gateway before line control",
        "kind": "REDUCE",
        "reason": "",
        "owner": owner.pk,
        "due_on": day,
        "likelihood_level": "2",
        "operational_level": "",
        "steps-TOTAL_FORMS": "3",
        "steps-INITIAL_FORMS": "0",
        "steps-0-office": "IT",
        "steps-0-title": "Buy the gateway",
        "steps-0-owner": owner.pk,
        "steps-0-due_on": day,
        "steps-0-cost": "1200.00",
        "steps-2-office": "SECURITY",
        "steps-2-title": "Write its rules",
        "steps-2-owner": owner.pk,
        "steps-2-due_on": day,
    }
    return believable | changed


def test_a_plan_is_proposed_on_the_page_of_its_risk(signed_in, owner, risk):
    browser, address = signed_in(owner), reverse("risks:treatment-new", args=[risk.pk])
    assert "How bad after it, operational?" in browser.get(address).content.decode()

    answer = browser.post(address, answers(owner))

    treatment = Treatment.objects.get()
    assert answer.headers["Location"] == reverse("risks:treatment", args=[treatment.pk])
    assert list(treatment.steps.values_list("office", "title")) == [("IT", "Buy the gateway"), ("SECURITY", "Write its rules")]
    page = browser.get(reverse("risks:risk", args=[risk.pk])).content.decode()
    assert "1 treatment; the levels after plan follow from it" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"likelihood_level": "5"}, "It is 4 now; a treatment leads to that or less."),
        ({"steps-0-owner": ""}, "Fill this in, or empty the whole step."),
        ({"steps-0-due_on": "2199-01-01"}, "Step 1: it is due after the whole plan."),
        ({"due_on": ""}, "This field is required."),
    ],
)
def test_what_does_not_fit_stays_on_the_form(signed_in, owner, risk, changed, words):
    answer = signed_in(owner).post(reverse("risks:treatment-new", args=[risk.pk]), answers(owner, **changed))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Treatment.objects.exists()


def test_the_leader_approves_and_the_proposer_is_told_to_ask(signed_in, cio, risk, proposed):
    own = make_treatment(risk, actor=cio)
    browser = signed_in(cio)

    assert "so someone else decides on it" in browser.get(reverse("risks:treatment", args=[own.pk])).content.decode()
    assert browser.post(reverse("risks:treatment-approval", args=[own.pk])).status_code == 409
    assert "Approve this treatment" in browser.get(reverse("risks:treatment", args=[proposed.pk])).content.decode()
    browser.post(reverse("risks:treatment-approval", args=[proposed.pk]), {"version": proposed.version})
    proposed.refresh_from_db()
    assert proposed.state == "APPROVED"


def test_what_changed_meanwhile_is_not_approved(signed_in, cio, owner, proposed):
    treatments.change(proposed, actor=owner, title="Another gateway")

    answer = signed_in(cio).post(reverse("risks:treatment-approval", args=[proposed.pk]), {"version": "1"})

    proposed.refresh_from_db()
    assert (answer.status_code, proposed.state) == (412, "PROPOSED")


def test_a_refusal_and_a_withdrawal_need_a_reason(signed_in, cio, proposed):
    browser = signed_in(cio)
    address = reverse("risks:treatment-refusal", args=[proposed.pk])

    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "Too dear."}).status_code == 302
    proposed.refresh_from_db()
    assert (proposed.state, proposed.deciding_reason) == ("REFUSED", "Too dear.")
    assert browser.post(reverse("risks:treatment-withdrawal", args=[proposed.pk]), {"reason": "Gone."}).status_code == 409


def test_steps_and_the_whole_are_finished_on_the_page(signed_in, cio, owner, proposed):
    treatments.approve(proposed, actor=cio)
    browser, step = signed_in(owner), proposed.steps.get()
    assert browser.post(reverse("risks:treatment-completion", args=[proposed.pk])).status_code == 409

    late = browser.post(reverse("risks:treatment-step-completion", args=[step.pk]), {"done_on": "2199-01-01"})
    done = browser.post(reverse("risks:treatment-step-completion", args=[step.pk]))
    make_evidence(proposed, actor=owner, until=None)
    browser.post(reverse("risks:treatment-completion", args=[proposed.pk]))

    proposed.refresh_from_db()
    assert (late.status_code, done.status_code, proposed.state) == (422, 302, "DONE")


def test_a_changed_plan_keeps_its_open_steps_on_the_form_and_is_proposed_anew(signed_in, cio, owner, proposed):
    treatments.approve(proposed, actor=cio)
    browser, address = signed_in(owner), reverse("risks:treatment-change", args=[proposed.pk])
    page = browser.get(address).content.decode()
    assert "Buy the gateway" in page and "A changed plan is proposed anew" in page

    proposed.refresh_from_db()
    browser.post(address, answers(owner, version=proposed.version, title="Rent a gateway"))

    proposed.refresh_from_db()
    assert (proposed.title, proposed.state) == ("Rent a gateway", "PROPOSED")


def test_list_board_and_calendar_show_the_same_plan(signed_in, cio, proposed):
    treatments.approve(proposed, actor=cio)
    browser, address = signed_in(cio), reverse("risks:treatments")

    for view in ("list", "board", "calendar"):
        assert "Gateway before line control" in browser.get(address, {"view": view}).content.decode()
    calendar = browser.get(address, {"view": "calendar"}).content.decode()
    assert "Buy the gateway" in calendar and "1 date in " in calendar
    assert "No treatment fits" in browser.get(address, {"state": "DONE"}).content.decode()
    assert "No treatment fits" in browser.get(address, {"late": "1"}).content.decode()
    Treatment.objects.update(due_on=organisations.today() - timedelta(days=3))
    late = browser.get(address, {"late": "1"}).content.decode()
    assert "1 late" in late and "Gateway before line control" in late


def test_an_owner_decides_on_nothing_and_an_auditor_changes_nothing(signed_in, owner, person, proposed):
    assert signed_in(owner).post(reverse("risks:treatment-approval", args=[proposed.pk])).status_code == 403
    auditor = signed_in(person("AUDITOR"))
    assert "Change the plan" not in auditor.get(reverse("risks:treatment", args=[proposed.pk])).content.decode()
    assert auditor.get(reverse("risks:treatment-change", args=[proposed.pk])).status_code == 403
