"""Decisions in pages: asked with and without htmx, answered with a second factor, settled."""

from datetime import timedelta

import pytest
from django.urls import reverse

from governance.together import decisions, moving
from governance.together.models import Condition, Decision
from portal import clock
from tests.factories.governance import answer, make_decision
from tests.factories.portal import freshen
from tests.factories.risks import make_risk


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def decision(company, analyst, person):
    person("CIO")
    return make_decision(unit=company.northfield, by=analyst)


@pytest.fixture
def ciso(person):
    return person("CISO")


def written(company, **said):
    rows = [("Jump host", "18000"), ("Leave it", "0")]
    form = {
        "title": "Remote access",
        "question": "How may the vendor reach the line?",
        "unit": company.northfield.pk,
        "proposed_option": "A",
        "options-TOTAL_FORMS": "6",
        "options-INITIAL_FORMS": "0",
    }
    for place, (title, cost) in enumerate(rows):
        form |= {f"options-{place}-title": title, f"options-{place}-cost": cost}
    return form | said


def test_a_question_is_written_down_and_put(as_person, analyst, company):
    risk = make_risk(unit=company.northfield)
    client = as_person(analyst)

    response = client.post(reverse("together:decision-new"), written(company, rests_on=risk.number))
    decision = Decision.objects.get()
    assert response["Location"] == reverse("together:decision", args=[decision.pk])
    client.post(reverse("together:decision-putting", args=[decision.pk]))

    decision.refresh_from_db()
    assert (decision.state, [str(one) for one in decision.options.all()]) == ("OPEN", ["A Jump host", "B Leave it"])
    page = client.get(reverse("together:decision", args=[decision.pk])).content.decode()
    assert risk.number in page


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"rests_on": "R-9999"}, "There is nothing of this number that you may see: R-9999."),
        ({"options-1-title": "", "options-1-cost": ""}, "Give 2 to 6 options; to leave things as they are is one."),
        ({"options-3-title": "Late"}, "Write the options one after the other, without leaving one empty between."),
        ({"proposed_option": "F"}, "Ask for one of the options that you give."),
    ],
)
def test_what_does_not_fit_stays_on_the_form(as_person, analyst, company, said, sentence):
    response = as_person(analyst).post(reverse("together:decision-new"), written(company, **said))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Decision.objects.exists()


def test_two_who_change_it_at_once_lose_nothing(as_person, analyst, decision, company):
    client = as_person(analyst)
    address = reverse("together:decision-words", args=[decision.pk])

    response = client.post(address, written(company, version=decision.version - 1))

    decision.refresh_from_db()
    assert (response.status_code, decision.title) == (412, "Remote access of the press vendor")
    assert "Somebody saved this while you were writing." in response.content.decode()


def test_an_office_answers_after_its_second_factor(as_person, decision, ciso):
    client = as_person(ciso)
    page = client.get(reverse("together:decision-answering", args=[decision.pk]))
    form = {"digest": page.context["form"]["digest"].value(), "stance": "CONDITIONS", "reason": "Nobody knows who comes."}
    form |= {"condition_0": "A second factor for the vendor"}
    address = reverse("together:decision-position", args=[decision.pk])

    assert "/accounts/2fa/reauthenticate/" in client.post(address, form)["Location"]
    freshen(client, ciso)
    kept = client.get(reverse("together:decision-answering", args=[decision.pk]))
    assert "Nobody knows who comes." in kept.content.decode()
    response = client.post(address, form)

    assert response["Location"] == reverse("together:decision", args=[decision.pk])
    assert Condition.objects.get().text == "A second factor for the vendor"
    assert "Support with conditions" in client.get(response["Location"]).content.decode()

    for month, said in (("April", {"stance": "OPPOSE", "reason": "Late."}), ("May", {"stance": "SUPPORT"}), ("June", None)):
        decisions.change(decision, actor=decision.asked_by, version=None, context=f"Until {month}.")
        form = client.get(reverse("together:decision-answering", args=[decision.pk])).context["form"]
        kept = {f"condition_0{name}": form[f"condition_0{name}"].value() for name in ("", "_owner", "_due_on")}
        assert kept["condition_0"] == "A second factor for the vendor"
        told = {"digest": form["digest"].value()} | (said or {"stance": "SUPPORT"} | kept)  # as a card says it, or the whole form
        assert client.post(address, told).status_code == 302
        assert Condition.objects.get(archived_at=None).text == "A second factor for the vendor"


def test_an_answer_that_is_not_whole_stays_on_the_form(as_person, decision, ciso):
    client = as_person(ciso)
    freshen(client, ciso)
    page = client.get(reverse("together:decision-answering", args=[decision.pk]))

    response = client.post(
        reverse("together:decision-position", args=[decision.pk]),
        {"digest": page.context["form"]["digest"].value(), "stance": "OPPOSE", "reason": ""},
    )

    assert response.status_code == 422
    assert "Say why, in facts and consequences." in response.content.decode()


def test_who_is_not_asked_is_led_back(as_person, decision, person, company):
    owner = person("OWNER", unit=company.northfield)

    response = as_person(owner).get(reverse("together:decision-answering", args=[decision.pk]))

    assert response["Location"] == reverse("together:decision", args=[decision.pk])


def test_the_arbiter_settles_and_dissent_stays_on_the_page(as_person, decision, ciso, person):
    arbiter = person("ARBITER")
    answer(decision, ciso, "OPPOSE", reason="Two alarms in May.")
    with clock.stopped(clock.now() + timedelta(days=9)):
        moving.escalate()
    client = as_person(arbiter)
    freshen(client, arbiter)
    page = client.get(reverse("together:decision-settling", args=[decision.pk]))

    form = {"digest": page.context["form"]["digest"].value(), "option": "B", "reason": "The contract ends soon."}
    client.post(reverse("together:decision-arbitration", args=[decision.pk]), form)

    shown = client.get(reverse("together:decision", args=[decision.pk])).content.decode()
    assert "Settled by the arbiter" in shown
    assert "Two alarms in May." in shown
    assert "The contract ends soon." in shown


def test_taking_back_asks_why(as_person, analyst, decision):
    client = as_person(analyst)
    address = reverse("together:decision-withdrawal", args=[decision.pk])

    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "The vendor left."})

    decision.refresh_from_db()
    assert decision.state == "WITHDRAWN"
    assert client.get(address).status_code == 409
