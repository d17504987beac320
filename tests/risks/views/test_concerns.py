"""A colleague's concern: who may settle it, what becomes of it, and that a name that was withheld stands nowhere."""

import json

import pghistory.models
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from portal.archive import changes, personal
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.record.models import AuditEntry
from risks import concern_book, concerns
from risks.errors import ConcernSettled, NotAtTheDesk
from risks.models import Concern, ConcernSender, Risk
from tests.factories.risks import make_risk

TEXT = "Visitors walk into the server room unseen"
AT = "/risks/concerns/"


@pytest.fixture
def colleague(person, company):
    return person("COLLEAGUE", unit=company.northfield)


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


def told(kind):
    return set(Reminder.objects.filter(kind=f"{kind}.news").values_list("recipient", flat=True))


def raised(company, by, **said):
    return concerns.raise_one(actor=by, **({"text": TEXT, "unit": company.northfield} | said))


def test_it_becomes_a_risk_by_the_verb_that_logs_risks_and_the_colleague_hears(company, colleague, analyst):
    concern = raised(company, colleague)
    assert told(concerns.RAISED) == {analyst.pk}

    concerns.become_risk(concern, actor=analyst, category="FACILITIES")

    risk = Risk.objects.get()
    concern.refresh_from_db()
    assert (risk.title, risk.unit, risk.category, risk.logged_by) == (TEXT, company.northfield, "FACILITIES", analyst)
    assert AuditEntry.objects.filter(verb="risk.logged", subject_id=risk.pk).count() == 1
    assert (concern.state, concern.risk, concern.settled_by) == ("RISK", risk, analyst)
    assert told(concerns.BECAME_RISK) == {colleague.pk}
    assert concern_book.read(colleague).mine[0].risk == risk


def test_it_is_a_risk_that_is_known_or_gets_an_answer(company, colleague, analyst):
    known = make_risk(unit=company.northfield)
    one, other = raised(company, colleague), raised(company, colleague)

    concerns.become_risk(one, actor=analyst, known=known)
    with pytest.raises(Invalid):
        concerns.answer(other, "  ", actor=analyst)
    concerns.answer(other, "The door has been locked since Monday.", actor=analyst)

    assert Risk.objects.count() == 1
    assert [line.concern.state for line in concern_book.read(colleague).mine] == ["ANSWERED", "RISK"]
    assert told(concerns.ANSWERED) == {colleague.pk}
    for act in (lambda: concerns.answer(one, "Again", actor=analyst), lambda: concerns.become_risk(other, actor=analyst)):
        with pytest.raises(ConcernSettled):
            act()


def test_only_the_desk_settles_and_without_an_analyst_it_is_the_ciso(company, colleague, person):
    ciso, cio, elsewhere = person("CISO"), person("CIO"), person("ANALYST", unit=company.eastmere)
    person("ANALYST", unit=company.eastmere)
    concern = raised(company, colleague)
    assert concerns.desk_of(company.northfield) in ({ciso.pk}, {elsewhere.pk})

    for actor in (cio, colleague):
        with pytest.raises(NotAtTheDesk):
            concerns.answer(concern, "No", actor=actor)
    assert cio.pk not in told(concerns.RAISED)
    assert not Concern.objects.visible_to(cio).exists()


@pytest.mark.parametrize("said", [{"text": " "}, {"text": "x" * 201}, {"unit": None}])
def test_what_does_not_fit_is_told_by_field(company, colleague, said):
    with pytest.raises(Invalid) as refused:
        raised(company, colleague, **said)

    assert set(refused.value.fields) == set(said)


def test_a_withheld_name_stands_in_one_row_and_is_read_by_the_desk_alone(company, colleague, analyst, person, signed_in):
    """By page and API, as everybody; then in every table of the database, row history and its contexts included."""
    ciso, admin = person("CISO"), person("ADMIN")
    browser = signed_in(colleague)
    sent = browser.post(AT + "new/", {"text": TEXT, "unit": company.northfield.pk, "is_anonymous": "on"})
    assert (sent.status_code, sent["Location"]) == (302, AT)
    concern = Concern.objects.get()
    answering = reverse("risks:concern-answering", args=[concern.pk])
    assert signed_in(ciso).post(answering, {"answer": "The door is locked now."}).status_code == 302
    concern.refresh_from_db()

    assert concerns.name_of(concern, analyst) == concerns.name_of(concern, colleague) == colleague
    assert concerns.name_of(concern, ciso) is None
    assert "You raised it" in signed_in(colleague).get(f"{AT}{concern.pk}/").text
    assert colleague.name in signed_in(analyst).get(f"{AT}{concern.pk}/").text
    assert signed_in(analyst).get("/api/v1/concerns/").json()["results"][0]["raised_by"] == colleague.pk
    for reader in (ciso, admin):
        pages = [
            AT,
            f"{AT}{concern.pk}/",
            f"/history/concern/{concern.pk}/",
            "/api/v1/concerns/",
            f"/api/v1/concerns/{concern.pk}/",
        ]
        for page in pages:
            body = signed_in(reader).get(page).text
            assert colleague.name not in body, (reader, page)
            assert f'"raised_by":{colleague.pk}' not in body.replace(" ", ""), (reader, page)
    assert not [entry for entry in changes.read("concern", concern, ciso)[0] if entry.who == colleague.name]
    held = json.dumps(personal.held_on(colleague, reader=admin), default=str)
    assert "ConcernSender" not in held and "without a name" not in held
    assert "without a name" in json.dumps(personal.held_on(colleague, reader=colleague), default=str)

    entry = AuditEntry.objects.get(verb=concerns.RAISED)
    assert (entry.actor, entry.request_id) == (None, "")
    contexts = set(pghistory.models.Context.objects.filter(metadata__actor=colleague.pk).values_list("pk", flat=True))
    assert not set(apps.get_model("risks.ConcernEvent").objects.values_list("pgh_context", flat=True)) & contexts
    assert list(ConcernSender.objects.values_list("person", flat=True)) == [colleague.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        Concern.objects.filter(pk=concern.pk).update(raised_by=colleague)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM risks_concernevent WHERE raised_by_id IS NOT NULL")
        assert cursor.fetchone() == (0,)


def test_the_desk_works_by_page_and_by_api(company, colleague, analyst, signed_in):
    concern, other, third = (raised(company, colleague) for _ in range(3))
    desk = signed_in(analyst)
    known = make_risk(unit=company.northfield, number="R-7001")
    hidden = make_risk(unit=company.northfield, is_confidential=True, number="R-7002")
    assert "3 concerns wait for triage" in desk.get(AT).text

    becoming = reverse("risks:concern-becoming", args=[concern.pk])
    assert desk.post(becoming, {"known": hidden.number}).status_code == 422
    assert desk.post(becoming, {"known": known.number.lower()}).status_code == 302
    assert desk.post(becoming, {"known": known.number}).status_code == 409
    assert desk.post(reverse("risks:concern-answering", args=[other.pk]), {"answer": ""}).status_code == 422
    assert desk.post(reverse("risks:concern-answering", args=[other.pk]), {"answer": "Mended"}).status_code == 302
    said = desk.post(f"/api/v1/concerns/{third.pk}/becoming/", {"category": "FACILITIES"}, content_type="application/json")
    assert (said.status_code, said.json()["state"], said.json()["days_to_triage"]) == (200, "RISK", 0)

    browser = signed_in(colleague)
    assert f"It is {known.number}" in browser.get(f"{AT}{concern.pk}/").text
    assert browser.post(becoming, {}).status_code == 403
    made = browser.post("/api/v1/concerns/", {"text": "Again", "unit": company.northfield.pk}, content_type="application/json")
    assert (made.status_code, made.json()["raised_by"]) == (201, colleague.pk)
    assert browser.get("/api/v1/concerns/?state=WAITS").json()["results"][0]["text"] == "Again"
    assert browser.post(AT + "new/", {"text": "", "unit": company.northfield.pk}).status_code == 422


def test_a_confidential_risk_is_not_named_to_whoever_raised_it(company, colleague, analyst, signed_in, person):
    concern = raised(company, colleague)
    hidden = make_risk(unit=company.northfield, is_confidential=True)
    concerns.become_risk(concern, actor=person("CISO"), known=hidden)

    for page in (AT, f"{AT}{concern.pk}/", "/api/v1/concerns/", "/"):
        body = signed_in(colleague).get(page).text
        assert hidden.title not in body and hidden.number not in body, page
    assert "not for everybody" in signed_in(colleague).get(f"{AT}{concern.pk}/").text
