import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.people import accounts, invitations
from portal.people.models import BrowserSession, Invitation, RoleAssignment, User
from tests.factories.assets import make_asset
from tests.factories.portal import freshen, make_user
from tests.portal.web.people.conftest import PASSWORD

LIST = "email,name,roles\nbo@verrow.example,Bo,Analyst\nli@verrow.example,Li,\n"


@pytest.fixture
def desk(browser, person):
    return browser(person("ADMIN"))


def names(response):
    return [person.name for person in response.context["page"].rows]


@pytest.mark.parametrize("role", ["CIO", "ANALYST", "AUDITOR"])
def test_the_list_is_for_administrators(browser, person, role):
    client = browser(person(role))

    assert client.get("/people/").status_code == 403
    assert client.post("/people/invitation/", {}).status_code == 403


def test_people_stand_by_how_their_account_does(desk, person, company):
    person("CIO", name="Cleo", has_factor=False, password=PASSWORD)
    person("OWNER", name="Otto", unit=company.finance, password=PASSWORD)
    make_user("Gone", is_active=False)
    invitations.invite("bo@verrow.example", "Bo", actor=None)
    make_user("Scanner", is_service=True)

    whole = desk.get("/people/")

    assert {"Cleo", "Otto", "Bo"} < set(names(whole)) and not {"Gone", "Scanner"} & set(names(whole))
    assert names(desk.get("/people/?factor=missing")) == ["Cleo"]
    assert names(desk.get("/people/?standing=CLOSED")) == ["Gone"]
    assert "Bo" in names(desk.get("/people/?standing=INVITED"))
    assert names(desk.get("/people/?role=CIO")) == ["Cleo"]
    assert names(desk.get(f"/people/?unit={company.finance.pk}")) == ["Otto"]
    assert names(desk.get("/people/?q=ott")) == ["Otto"]
    assert names(desk.get("/people/?q=nobody-of-that-name")) == []
    assert desk.get("/people/?unit=x&standing=y&role=z&sort=q&after=%00").status_code == 200


def test_htmx_gets_the_rows_alone(desk):
    assert "<html" not in desk.get("/people/", headers={"HX-Request": "true"}).content.decode()


def test_a_person_is_invited_by_a_form(desk, company):
    form = {"email": "Bo@verrow.example", "name": "Bo", "unit": company.northfield.pk, "roles": ["ANALYST"], "language": "en"}

    response = desk.post("/people/invitation/", form)

    bo = User.objects.get(email="bo@verrow.example")
    assert response["Location"] == f"/people/{bo.pk}/"
    assert "the link works until" in desk.get(response["Location"]).content.decode()
    again = desk.post("/people/invitation/", form)
    assert again.status_code == 409
    assert "There is an account with this e-mail already" in again.content.decode()


def test_a_form_with_mistakes_invites_nobody(desk):
    response = desk.post("/people/invitation/", {"email": "x", "name": "", "unit": 0, "roles": ["CIO"], "language": "tlh"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"email", "name", "unit", "roles", "language"}
    assert not Invitation.objects.exists()


def test_a_list_is_looked_at_and_then_carried_out(desk):
    file = SimpleUploadedFile("people.csv", LIST.encode())

    looked = desk.post("/people/invitation/list/", {"file": file})

    assert looked.status_code == 200
    assert not Invitation.objects.exists()
    desk.post("/people/invitation/list/", {"text": looked.context["text"], "confirmed": "1"})
    assert sorted(User.objects.filter(invitations__isnull=False).values_list("name", flat=True)) == ["Bo", "Li"]


def test_a_list_with_mistakes_shows_them_all_and_invites_nobody(desk):
    response = desk.post("/people/invitation/list/", {"text": LIST + "nowhere,,Chef\n"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "“Chef” is no role" in page and "Write the name" in page and "valid email" in page
    assert desk.post("/people/invitation/list/", {"text": LIST + "nowhere,,\n", "confirmed": "1"}).status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("told", [{"text": ""}, {"text": "  "}, {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04\x00\x00")}])
def test_nothing_to_read_is_said(desk, told):
    response = desk.post("/people/invitation/list/", told)

    assert response.status_code == 422
    assert response.context["form"].errors["file"]


def test_an_account_is_closed_and_opened_on_its_page(desk, person):
    dana = person("ANALYST")

    assert desk.post(f"/people/{dana.pk}/closing/")["Location"] == f"/people/{dana.pk}/"
    assert "Open the account again" in desk.get(f"/people/{dana.pk}/").content.decode()
    desk.post(f"/people/{dana.pk}/reopening/")

    dana.refresh_from_db()
    assert dana.is_active


def test_who_holds_something_is_handed_over_first_unless_it_is_left_behind_on_purpose(desk, person, company):
    dana = person("ENGINEER", name="Dana")
    freshen(desk, User.objects.get(role_assignments__role="ADMIN"))
    make_asset("Press line", unit=company.northfield, owner=dana)

    asked = desk.post(f"/people/{dana.pk}/closing/")
    page = desk.get(asked["Location"]).content.decode()

    assert asked["Location"] == f"/people/leaving/{dana.pk}/"
    assert "They still hold: Assets they own (1)" in page and "Close the account now, hand over later" in page
    dana.refresh_from_db()
    assert dana.is_active
    assert desk.post(f"/people/{dana.pk}/closing/", {"leave_behind": "1"})["Location"] == f"/people/{dana.pk}/"
    assert f'href="/people/leaving/{dana.pk}/"' in desk.get(f"/people/{dana.pk}/").content.decode()
    left = desk.get(f"/people/leaving/{dana.pk}/").content.decode()
    assert "closed already" in left and "Assets they own: 1" in left and "hand over later" not in left
    assert "Dana" in desk.get("/people/leaving/?closed=1").content.decode()
    assert ">Dana<" not in desk.get("/people/leaving/").content.decode()


def test_whose_seat_would_change_hands_is_not_closed(desk, person):
    cio = person("CIO")

    refused = desk.post(f"/people/{cio.pk}/closing/", {"leave_behind": "1"})

    assert refused.status_code == 409
    assert "Two people change that first" in refused.content.decode()


def test_a_link_is_sent_again_and_withdrawn_on_the_page(desk):
    bo = invitations.invite("bo@verrow.example", "Bo", actor=None).user

    desk.post(f"/people/{bo.pk}/invitation/")
    desk.post(f"/people/{bo.pk}/invitation/revocation/")

    assert Invitation.objects.get().standing == Invitation.State.REVOKED
    assert "No link leads to this account" in desk.get(f"/people/{bo.pk}/").content.decode()


def test_a_name_cannot_smuggle_markup(desk):
    bo = invitations.invite("bo@verrow.example", "<script>alert(1)</script>", actor=None).user

    assert "<script>alert" not in desk.get(f"/people/{bo.pk}/").content.decode()
    assert accounts.wrong_fields(bo) == {}


@pytest.mark.parametrize(("address", "most"), [("/people/", 8), ("/people/{pk}/", 14), ("/account/", 14)])
def test_a_page_asks_as_often_for_many_people_as_for_few(desk, company, address, most):
    asked = []
    bo = make_user("Bo", unit=company.northfield)
    for number in (2, 40):
        for _ in range(number):
            one = make_user(unit=company.northfield)
            RoleAssignment.objects.create(user=one, role="OWNER", unit=company.finance)
            BrowserSession.objects.create(user=bo, session_key="x")
        desk.get(address.format(pk=bo.pk))
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address.format(pk=bo.pk)).status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1]
    assert asked[0] <= most + 4
