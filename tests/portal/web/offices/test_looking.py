"""By the API: why somebody sees something, and what somebody holds; each as its page tells it."""

from portal.people import leaving
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset
from tests.factories.portal import make_user
from tests.factories.risks import make_risk


def test_why_somebody_sees_a_risk_is_told_and_leaves_an_entry(person, company, come_in):
    risk = make_risk(unit=company.northfield, title="Ransomware reaches line control")
    dana, auditor = person("ANALYST", unit=company.northfield), person("AUDITOR")

    answer = come_in(auditor).get(f"/api/v1/access-reasons/?person={dana.pk}&kind=risk&subject={risk.pk}")

    assert answer.json() == {
        "person": dana.pk,
        "kind": "risk",
        "subject": risk.pk,
        "sees": True,
        "reasons": ["As Analyst of Northfield they see what belongs there."],
    }
    entry = AuditEntry.objects.get(verb="user.access_explained")
    assert (entry.actor, entry.subject_id, entry.params) == (auditor, dana.pk, {"kind": "risk", "subject": risk.pk, "sees": True})


def test_the_page_leaves_the_same_entry_and_an_empty_one_none(person, company, come_in):
    risk, dana, auditor = make_risk(unit=company.eastmere), person("ANALYST", unit=company.northfield), person("AUDITOR")
    client = come_in(auditor)

    client.get("/people/why/")
    assert not AuditEntry.objects.filter(verb="user.access_explained").exists()
    shown = client.get("/people/why/", {"person": dana.pk, "kind": "risk", "reference": risk.pk})

    assert shown.status_code == 200
    assert AuditEntry.objects.get(verb="user.access_explained").params == {"kind": "risk", "subject": risk.pk, "sees": False}


def test_a_wrong_question_is_told_by_its_parameters(person, come_in):
    answer = come_in(person("AUDITOR")).get("/api/v1/access-reasons/?person=0&kind=unicorn")

    assert (answer.status_code, sorted(answer.json()["fields"])) == (422, ["kind", "person"])


def test_only_who_keeps_access_may_ask(person, come_in):
    assert come_in(person("CIO")).get("/api/v1/access-reasons/?person=1&kind=risk&subject=1").status_code == 403


def test_holdings_are_what_the_hand_over_shows(person, company, come_in):
    ada, priya = person("ADMIN"), make_user("Priya")
    make_asset("Oven 3", unit=company.northfield, owner=priya)
    make_user("Dev", reports_to=priya)

    told = come_in(ada).get(f"/api/v1/holdings/{priya.pk}/").json()

    groups = {one["key"]: (one["count"], len(one["rows"]), one["hidden"]) for one in told["held"]}
    assert groups == {"assets": (1, 0, 1), "reports": (1, 1, 0)}
    assert (told["obstacles"], told["state"]) == ([], leaving.state_of(priya))


def test_holdings_of_somebody_outside_ones_line_are_not_there(person, come_in):
    assert come_in(person("CIO")).get(f"/api/v1/holdings/{make_user('Priya').pk}/").status_code == 404
