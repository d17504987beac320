from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from portal.people import organisations
from risks import authority
from risks.models import Treatment
from tests.factories.risks import make_evidence, make_exception, make_levels, make_risk, make_treatment, sign
from tests.house.world import BACKEND

pytestmark = pytest.mark.django_db

TREATMENTS, STEPS = "/api/v1/treatments/", "/api/v1/treatment-steps/"


@pytest.fixture
def api(person):
    def asking(role, **fields):
        client = APIClient()
        client.user = person(role, **fields)
        client.force_authenticate(client.user)
        return client

    return asking


@pytest.fixture
def owner(api):
    return api("OWNER")


@pytest.fixture
def cio(api):
    return api("CIO")


@pytest.fixture
def risk(company):
    risk = make_risk(unit=company.northfield)
    make_levels(risk, 4, operational=4)
    return risk


def body_of(of_risk, person, **changed):
    due_on = organisations.today() + timedelta(days=60)
    step = {"office": "IT", "title": "Buy it", "owner": person.pk, "due_on": str(due_on), "cost": "1200.00"}
    other = step | {"office": "SECURITY", "title": "Write the rules", "cost": "300.50"}
    believable = {
        "risk": of_risk.pk,
        "title": "Gateway before line control",
        "kind": "REDUCE",
        "owner": person.pk,
        "due_on": str(due_on),
        "likelihood_level": 2,
        "steps": [step, other],
    }
    return believable | changed


def test_a_plan_of_both_offices_is_proposed_and_approved_by_another(owner, cio, risk):
    made = owner.post(TREATMENTS, body_of(risk, owner.user), format="json")
    assert made.status_code == 201, made.json()
    address = f"{TREATMENTS}{made.json()['number']}/"
    assert (made.json()["state"], made.json()["cost"]) == ("PROPOSED", "1500.50")
    assert [(step["place"], step["office"]) for step in made.json()["steps"]] == [(1, "IT"), (2, "SECURITY")]

    approved = cio.post(f"{address}approval/", HTTP_IF_MATCH=made["ETag"])

    assert (approved.status_code, approved.json()["state"], approved.json()["decided_by"]) == (200, "APPROVED", cio.user.pk)


def test_the_levels_after_plan_follow_and_refuse_to_be_set(owner, cio, risk):
    owner.post(TREATMENTS, body_of(risk, owner.user), format="json")

    levels = cio.get(f"/api/v1/risks/{risk.pk}/levels/RESIDUAL/")
    put = cio.put(
        f"/api/v1/risks/{risk.pk}/levels/RESIDUAL/",
        {"likelihood_level": 1, "operational_level": 1, "reason": "Hope."},
        format="json",
        HTTP_IF_MATCH=levels["ETag"],
    )

    assert (levels.json()["likelihood_level"], levels.json()["operational_level"]) == (2, 4)
    assert (put.status_code, put.json()["code"]) == (409, "follows-from-plan")


def test_who_proposed_does_not_approve_and_others_may_not_at_all(owner, cio, risk):
    own = make_treatment(risk, actor=cio.user)
    refused = cio.post(f"{TREATMENTS}{own.pk}/approval/")

    assert (refused.status_code, refused.json()["code"]) == (409, "own-proposal")
    assert owner.post(f"{TREATMENTS}{own.pk}/approval/").status_code == 403
    assert Treatment.objects.get().state == "PROPOSED"


def test_a_refusal_gives_its_reason(owner, cio, risk):
    treatment = make_treatment(risk, actor=owner.user)

    without = cio.post(f"{TREATMENTS}{treatment.pk}/refusal/", {}, format="json")
    refused = cio.post(f"{TREATMENTS}{treatment.pk}/refusal/", {"reason": "Too dear."}, format="json")
    late = cio.post(f"{TREATMENTS}{treatment.pk}/approval/")

    assert (without.status_code, refused.status_code, refused.json()["deciding_reason"]) == (422, 200, "Too dear.")
    assert (late.status_code, late.json()["code"]) == (409, "not-proposed")


def test_a_changed_plan_is_proposed_anew_with_its_new_steps(owner, cio, risk):
    made = owner.post(TREATMENTS, body_of(risk, owner.user), format="json").json()
    cio.post(f"{TREATMENTS}{made['id']}/approval/")
    address, version = f"{TREATMENTS}{made['id']}/", cio.get(f"{TREATMENTS}{made['id']}/")["ETag"]

    changed = cio.patch(address, {"steps": body_of(risk, cio.user)["steps"][:1]}, format="json", HTTP_IF_MATCH=version)

    assert changed.status_code == 200, changed.json()
    assert (changed.json()["state"], changed.json()["proposed_by"], len(changed.json()["steps"])) == ("PROPOSED", cio.user.pk, 1)


def test_a_plan_stays_with_its_risk(owner, risk, company):
    treatment = make_treatment(risk, actor=owner.user)
    other = make_risk(unit=company.northfield)

    moved = owner.patch(f"{TREATMENTS}{treatment.pk}/", {"risk": other.pk}, format="json", HTTP_IF_MATCH="*")

    assert (moved.status_code, set(moved.json()["fields"])) == (422, {"risk"})


def test_a_plan_is_done_step_by_step_with_evidence(owner, cio, risk):
    made = owner.post(TREATMENTS, body_of(risk, owner.user), format="json").json()
    cio.post(f"{TREATMENTS}{made['id']}/approval/")
    done = f"{TREATMENTS}{made['id']}/completion/"

    assert owner.post(done).json()["code"] == "steps-open"
    for step in made["steps"]:
        assert owner.post(f"{STEPS}{step['id']}/completion/", {}, format="json").status_code == 200
    assert owner.get(f"{STEPS}?is_done=true&treatment={made['number']}").json()["results"][0]["done_by"] == owner.user.pk
    assert owner.post(done).json()["code"] == "evidence-missing"
    make_evidence(Treatment.objects.get(), actor=owner.user, until=None)
    assert owner.post(done).json()["state"] == "DONE"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"likelihood_level": 5}, "likelihood_level"),
        ({"kind": "IGNORE"}, "kind"),
        ({"steps": [{"office": "IT"}]}, "steps"),
        ({"due_on": "soon"}, "due_on"),
        ({"risk": 0}, "risk"),
    ],
)
def test_what_does_not_fit_is_told_by_field_and_nothing_is_made(owner, risk, changed, field):
    answer = owner.post(TREATMENTS, body_of(risk, owner.user, **changed), format="json")

    assert answer.status_code == 422
    assert {name.split(".")[0] for name in answer.json()["fields"]} == {field}
    assert not Treatment.objects.exists()


def test_plans_of_hidden_risks_do_not_exist(owner, cio, company):
    hidden = make_risk(unit=company.northfield, is_confidential=True)
    treatment = make_treatment(hidden, actor=cio.user)

    assert owner.get(f"{TREATMENTS}{treatment.pk}/").status_code == 404
    assert owner.get(f"{TREATMENTS}?risk={hidden.pk}").json()["results"] == []
    assert cio.get(f"{TREATMENTS}{treatment.number}/").status_code == 200


def test_late_ones_are_asked_for_by_a_filter(owner, cio, risk):
    made = make_treatment(risk, actor=owner.user)
    cio.post(f"{TREATMENTS}{made.pk}/approval/")
    Treatment.objects.update(due_on=organisations.today() - timedelta(days=1))

    assert [row["is_late"] for row in cio.get(f"{TREATMENTS}?is_late=true").json()["results"]] == [True]
    assert cio.get(f"{TREATMENTS}?is_late=false").json()["results"] == []


def test_what_the_table_speaks_of_is_asked_of_those_it_names_by_one_row_or_many_and_not_approved_by_a_word(
    owner, cio, api, risk, client
):
    ciso = api("CISO").user
    sign(authority.propose([authority.Line("TREATMENT", "SEVERE", None, ("CIO", "CISO"))], actor=cio.user), cio.user, ciso)
    client.force_login(cio.user, backend=BACKEND)
    body = body_of(risk, owner.user)
    retain = body | {"kind": "RETAIN", "likelihood_level": None, "title": "Bear it"}
    alone = [owner.post(TREATMENTS, one, format="json").json()["id"] for one in (body, retain)]
    many = owner.post(f"{TREATMENTS}bulk/", {"rows": [body | {"title": "Mend it"}, retain | {"title": "Carry it"}]}, format="json")

    def refused(pk):
        """By API and by page, in one sentence."""
        told = cio.post(f"{TREATMENTS}{pk}/approval/")
        page = client.post(reverse("risks:treatment-approval", args=[pk]))
        assert (told.status_code, page.status_code, told.json()["detail"] in unescape(page.content.decode())) == (409, 409, True)
        assert Treatment.objects.get(pk=pk).state == "PROPOSED"
        return (
            told.json()["code"],
            told.json()["detail"],
            unescape(client.get(reverse("risks:treatment", args=[pk])).content.decode()),
        )

    ids = [*alone, *(one["id"] for one in many.json()["results"])]
    for pk in ids[::2]:
        code, sentence, page = refused(pk)
        number = Treatment.objects.get(pk=pk).number
        assert (code, sentence) == (
            "needs-signatures",
            f"{number} is approved by the signature of: CIO + CISO. Ask them, or sign it on its page.",
        )
        assert "The table of authority asks: CIO + CISO" in page and "Approve this treatment" not in page
    for pk in ids[1::2]:
        code, _sentence, page = refused(pk)
        assert (code, "To retain a risk is to accept it" in page, "Approve this treatment" in page) == ("not-accepted", True, False)
    exception = make_exception(risk, by=owner.user)
    sign(exception, cio.user, ciso)
    told = cio.get(f"{TREATMENTS}{ids[1]}/").json()
    assert (told["state"], told["accepted_until"]) == ("APPROVED", exception.ends_on.isoformat())
    assert f"Accepted by {exception.number} until" in client.get(reverse("risks:treatment", args=[ids[1]])).content.decode()
    assert cio.get(f"{TREATMENTS}{ids[0]}/").json()["accepted_until"] is None
