"""Who leads what: a charter both sign, faults that show by themselves, wishes and a handover."""

from dataclasses import replace

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.together import ownership, ownership_faults
from governance.together.errors import AreaUnknown, CharterSettled, CharterWaits, NoHandover, NotYourOfficesWish
from governance.together.models import Office, OwnershipArea, OwnershipWish, Part
from governance.together.ownership import Area, Words
from portal.errors import Invalid
from portal.people.models import Appointment
from portal.signing import content, signatures
from risks import authority
from tests.factories.assets import make_asset
from tests.factories.portal import freshen
from tests.factories.risks import make_risk, sign

AREAS = (
    Area("Backup", {"CIO": "A", "CISO": "C", "CSO": "", "BUSINESS": "I"}),
    Area("OT security", {"CIO": "R", "CISO": "A", "CSO": "C", "BUSINESS": ""}, risk_categories=("OT",)),
)


@pytest.fixture
def cio(person):
    return person("CIO")


@pytest.fixture
def ciso(person):
    return person("CISO")


@pytest.fixture
def charter(company, cio, ciso):
    found = ownership.propose(AREAS, Words(who_decides="The CISO decides on firewalls."), actor=cio)
    sign(found, cio, ciso)
    return found


def faults(user, kind):
    return [one for one in ownership_faults.of(ownership_faults.charter_areas(ownership.in_force()), user) if one.kind == kind]


def test_it_holds_once_both_have_signed(company, cio, ciso):
    found = ownership.propose(AREAS, Words(), actor=cio)

    sign(found, cio)
    assert ownership.in_force() is None
    sign(found, ciso)

    assert ownership.in_force() == found
    assert [area.name for area in OwnershipArea.objects.in_force()] == ["Backup", "OT security"]


def test_one_waits_at_a_time_and_can_be_taken_back(company, cio):
    found = ownership.propose(AREAS, Words(), actor=cio)
    with pytest.raises(CharterWaits):
        ownership.propose(AREAS, Words(), actor=cio)

    ownership.withdraw(found, actor=cio)

    with pytest.raises(CharterSettled):
        ownership.withdraw(found, actor=cio)
    ownership.propose(AREAS, Words(), actor=cio)


def test_what_was_signed_is_never_changed(charter, cio):
    with pytest.raises(CharterSettled):
        ownership.withdraw(charter, actor=cio)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        OwnershipArea.objects.update(ciso="A")


@pytest.mark.parametrize(
    "areas",
    [
        (),
        (Area(" ", {}),),
        (Area("Backup", {"CIO": "X"}),),
        (Area("Backup", {"CFO": "A"}),),
        (Area("Backup", {}), Area("backup ", {})),
        (Area("Backup", {}, risk_categories=("WEATHER",)),),
    ],
)
def test_a_charter_is_whole(company, cio, areas):
    with pytest.raises(Invalid) as refusal:
        ownership.propose(areas, Words(), actor=cio)

    assert list(refusal.value.fields) == ["areas"]
    assert ownership.proposed() is None


def test_an_area_keeps_its_key_when_it_is_called_otherwise(charter, cio, ciso):
    known = ownership.areas_of(charter)
    later = ownership.propose([replace(known[0], name="Backup and restore"), known[1]], Words(), actor=ciso)
    sign(later, cio, ciso)

    assert list(OwnershipArea.objects.in_force().values_list("key", "name")) == [
        ("backup", "Backup and restore"),
        ("ot-security", "OT security"),
    ]


def test_nobody_and_two_who_answer_are_faults(company, cio, ciso):
    unclear = (replace(AREAS[0], parts={"CIO": "R"}), replace(AREAS[1], parts={"CIO": "A", "CISO": "A"}))
    sign(ownership.propose(unclear, Words(), actor=cio), cio, ciso)

    assert [one.area for one in faults(cio, "nobody")] == ["backup"]
    assert [one.area for one in faults(cio, "two")] == ["ot-security"]


def test_a_risk_answered_for_outside_the_charter_is_a_fault(charter, company, cio, person):
    mine = make_risk(unit=company.northfield, category="OT", it_owner=cio, accountable="IT")
    make_risk(unit=company.northfield, category="OT", security_owner=cio, accountable="SECURITY")
    make_risk(unit=company.northfield, category="IT", it_owner=cio, accountable="IT")
    hidden = make_risk(unit=company.northfield, category="OT", it_owner=cio, accountable="IT", is_confidential=True)

    [seen_by_leader] = faults(cio, "outside")
    [seen_by_analyst] = faults(person("ANALYST", unit=company.northfield), "outside")

    assert {pk for _label, _kind, pk in seen_by_leader.rows} == {mine.pk, hidden.pk}
    assert (seen_by_analyst.count, [pk for _l, _k, pk in seen_by_analyst.rows]) == (1, [mine.pk])


def test_what_nobody_owns_is_a_fault(charter, company, cio):
    make_asset("Oven", unit=company.northfield)
    make_risk(unit=company.northfield)

    assert [(one.count, one.rows[0][1]) for one in faults(cio, "unowned")] == [(1, "risk"), (1, "asset")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(*[st.sampled_from(["", *Part.values])] * 4), min_size=1, max_size=6))
def test_faults_are_what_counting_by_hand_finds(letters):
    areas = [
        OwnershipArea(key=f"a{place}", name=f"A{place}", cio=row[0], ciso=row[1], cso=row[2], business=row[3])
        for place, row in enumerate(letters)
    ]

    found = {(one.kind, one.area) for one in ownership_faults._unclear(areas)}

    by_hand = {("nobody", f"a{place}") for place, row in enumerate(letters) if row.count("A") == 0}
    assert found == by_hand | {("two", f"a{place}") for place, row in enumerate(letters) if row.count("A") > 1}


def test_only_whoever_fills_the_seat_says_what_it_would_like(charter, cio, ciso, person):
    for who, office in ((cio, "CISO"), (person("AUDITOR"), "CIO"), (cio, "BUSINESS")):
        with pytest.raises(NotYourOfficesWish):
            ownership.wish("backup", "READY", office=office, actor=who)
    with pytest.raises(AreaUnknown):
        ownership.wish("gardens", "READY", office="CIO", actor=cio)
    with pytest.raises(Invalid):
        ownership.wish("backup", "PERHAPS", office="CIO", actor=cio)

    ownership.wish("backup", "READY", office="CIO", actor=cio)
    ownership.wish("backup", "SUPPORTS", office="CIO", actor=cio)

    assert ownership_faults.wishes() == {("backup", "CIO"): "SUPPORTS"}


def test_a_handover_is_offered_where_both_would_welcome_it(charter, cio, ciso):
    areas = ownership_faults.charter_areas(charter)
    ownership.wish("backup", "SUPPORTS", office="CIO", actor=cio)
    assert ownership_faults.offers(areas, ownership_faults.wishes()) == []

    ownership.wish("backup", "READY", office="CISO", actor=ciso)

    [offer] = ownership_faults.offers(areas, ownership_faults.wishes())
    assert (offer.area.key, offer.holder, offer.to_office) == ("backup", "CIO", "CISO")


def test_a_handover_is_a_charter_that_differs_in_one_line(charter, cio, ciso):
    later = ownership.hand_over("backup", to_office="CISO", reason="It belongs to response.", actor=cio)

    [change] = content.difference("charter", content.of(charter), content.of(later))
    assert change.label == "Who leads what"
    assert [line for line in change.after.splitlines() if line not in change.before.splitlines()] == [
        "Backup: CIO R, CISO A, Business I"
    ]
    sign(later, cio, ciso)
    assert OwnershipArea.objects.in_force().get(key="backup").accountable == ["CISO"]


def test_a_handover_needs_another_office_and_a_reason(charter, cio):
    with pytest.raises(NoHandover):
        ownership.hand_over("backup", to_office="CIO", reason="x", actor=cio)
    with pytest.raises(AreaUnknown):
        ownership.hand_over("gardens", to_office="CIO", reason="x", actor=cio)
    with pytest.raises(Invalid):
        ownership.hand_over("backup", to_office="CISO", reason=" ", actor=cio)
    assert ownership.proposed() is None


def test_the_page_proposes_says_wishes_and_offers(charter, as_person, person, cio, ciso):
    client, aide = as_person(cio), person("HEAD")
    Appointment.objects.filter(seat="CIO").update(substitute=aide)
    client.post(reverse("together:ownership-wish"), {"area": "backup", "office": "CIO", "stance": "SUPPORTS"})
    as_person(ciso).post(reverse("together:ownership-wish"), {"area": "backup", "office": "CISO", "stance": "WANTS"})

    page = client.get(reverse("together:ownership")).content.decode()
    assert "The CIO would rather support Backup, and the CISO is ready to lead it" in page
    assert "The CISO decides on firewalls." in page
    assert f"CIO: {cio}<small>{aide} stands in" in page and f"CISO: {ciso}<small>No substitute is named." in page
    assert "CSO: nobody<small>The seat is vacant" in page
    sign(authority.propose(authority.OFFERED, actor=cio), cio, ciso)
    selected = """hx-get="/risks/authority/" hx-trigger="load" hx-select="[aria-labelledby='held-h'] table\""""
    assert selected in page and 'aria-labelledby="held-h"' in client.get("/risks/authority/").text.split("<table")[0]
    client.post(reverse("together:ownership-handover"), {"area": "backup", "to_office": "CISO", "reason": "Response."})

    assert signatures.standing(ownership.proposed()).missing
    assert "proposed another charter" in client.get(reverse("together:ownership")).content.decode()
    assert client.get(reverse("together:charter-new")).status_code == 200


def test_the_form_writes_a_whole_charter(company, as_person, cio):
    form = {"name_1": "Backup", "cio_1": "A", "ciso_1": "C", "name_2": "Suppliers", "ciso_2": "A", "categories_2": ["SUPPLIER"]}
    client = as_person(cio)

    refused = client.post(reverse("together:charter-new"), form | {"name_2": "Backup"})
    assert (refused.status_code, "Two areas have the same name" in refused.content.decode()) == (422, True)
    client.post(reverse("together:charter-new"), form)

    assert [(one.name, one.accountable) for one in ownership.proposed().areas.all()] == [
        ("Backup", ["CIO"]),
        ("Suppliers", ["CISO"]),
    ]


def test_the_api_reads_areas_and_proposes(charter, company, as_person, cio):
    client = as_person(cio)
    freshen(client, cio)
    read = client.get("/api/v1/ownership-areas/?ciso=A").json()["results"]
    assert [(one["key"], one["accountable"], one["risk_categories"]) for one in read] == [("ot-security", ["CISO"], ["OT"])]
    risk = make_risk(unit=company.northfield)
    told = client.get("/api/v1/ownership-areas/faults/").json()["faults"]
    assert [(one["kind"], one["count"], one["rows"][0]["id"]) for one in told] == [("unowned", 1, risk.pk)]

    body = {"areas": [{"name": "Backup", "key": "backup", "ciso": "A"}], "reason": "One line"}
    made = client.post("/api/v1/charters/", body, content_type="application/json")
    assert (made.status_code, made.json()["areas"][0]["ciso"]) == (201, "A"), made.json()
    assert client.post("/api/v1/charters/", body, content_type="application/json").status_code == 409
    taken = client.post(f"/api/v1/charters/{made.json()['id']}/withdrawal/", {}, content_type="application/json")
    assert taken.status_code == 200
    said = {"area_key": "backup", "office": "CIO", "stance": "READY"}
    assert client.post("/api/v1/ownership-wishes/", said, content_type="application/json").status_code == 201
    assert OwnershipWish.objects.get().office == Office.CIO
