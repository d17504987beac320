"""Pages and addresses of custom fields and tags."""

import pytest

from portal.workbench import custom_fields, tags
from portal.workbench.models import CustomField, Particulars, Tag
from tests.portal.workbench.test_custom_fields import make_field, make_risk


@pytest.fixture
def admin(person):
    return person("ADMIN")


def signed(client, who):
    client.force_login(who)
    return client


def test_an_administrator_defines_changes_and_retires_a_field(client, admin):
    page = signed(client, admin)

    assert "No field is defined yet" in page.get("/custom-fields/").content.decode()
    told = {"kind": "risk", "label": "Class", "type": "CHOICE", "options": "Gold\nSilver\n", "help": "By contract"}
    assert page.post("/custom-fields/", told).status_code == 302
    field = CustomField.objects.get()
    refused = page.post("/custom-fields/", told)
    assert (refused.status_code, "a field of this name already" in refused.content.decode()) == (422, True)
    here = f"/custom-fields/{field.pk}/"
    assert "Gold" in page.get(here).content.decode()
    assert page.post(here, {"label": "Grade", "options": "Silver", "version": 1}).status_code == 302
    late = page.post(here, {"label": "Mine", "options": "Silver", "version": 1})
    assert (late.status_code, CustomField.objects.get().label) == (412, "Grade")
    assert page.post(f"{here}retirement/").status_code == 302
    assert "retired" in page.get("/custom-fields/").content.decode()


def test_a_list_shows_filters_and_changes_what_was_added(client, admin, analyst, company):
    make_field(admin, "CHOICE", "Class")
    tag = tags.name(actor=admin, name="to look at")
    risk = make_risk(company, analyst)
    page = signed(client, analyst)
    cell = f"/lists/risks/cell/?row={risk.pk}&field="

    assert page.post(f"{cell}x_class", {"x_class": "2", "version": risk.version, "back": ""}).status_code == 302
    late = page.post(f"{cell}tags", {"tags": "to look at", "version": risk.version, "back": ""})
    assert late.status_code == 412
    assert page.post(f"{cell}tags", {"tags": "none such", "version": risk.version + 1, "back": ""}).status_code == 422
    assert page.post(f"{cell}tags", {"tags": "To Look At", "version": risk.version + 1, "back": ""}).status_code == 302

    shown = page.get(f"/lists/risks/?columns=title,x_class,tags&x_class=2&tag={tag.pk}").content.decode()
    assert all(word in shown for word in ("Silver", "to look at", "Fire"))
    assert "Fire" not in page.get("/lists/risks/?columns=title&x_class=1").content.decode()
    about = page.get(f"/about/risk/{risk.number}/").content.decode()
    history = page.get(f"/risks/{risk.pk}/changes/").content.decode()
    assert all("Silver" in told and "to look at" in told and "Class" in told for told in (about, history))
    told = page.get("/lists/risks/export/?as=json&columns=title,x_class,tags")
    assert b'"x_class": "2", "tags": "to look at"' in b"".join(told.streaming_content)


def test_tags_are_named_renamed_merged_and_parted(client, analyst):
    page = signed(client, analyst)
    for name in ("supplier", "vendor"):
        assert page.post("/tags/", {"name": name}).status_code == 302
    one, other = Tag.objects.order_by("pk")

    assert page.post("/tags/", {"name": "Vendor"}).status_code == 422
    assert page.post(f"/tags/{one.pk}/", {"name": "Suppliers", "version": 1}).status_code == 302
    assert page.post(f"/tags/{one.pk}/merging/", {"into": one.pk}).status_code == 422
    assert page.post(f"/tags/{one.pk}/merging/", {"into": other.pk}).status_code == 302
    assert "Suppliers goes as vendor" in page.get("/tags/").content.decode()
    assert page.get(f"/tags/{one.pk}/").status_code == 404
    assert page.post(f"/tags/{one.pk}/parting/").status_code == 302
    assert {tag.name for tag in custom_fields.known().tags} == {"Suppliers", "vendor"}


@pytest.fixture
def api(client, admin, analyst):
    """A program with the rights of the analyst; and one of the administrator."""

    def call(method, path, body=None, *, who=analyst, **headers):
        client.force_login(who)
        sent = getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json", **headers)
        return sent.status_code, sent.json()

    return call


def test_programs_define_tell_and_read(api, admin, analyst, company, person):
    risk = make_risk(company, analyst)
    status, field = api("post", "custom-fields/", {"kind": "risk", "label": "Cost of it", "type": "MONEY"}, who=admin)
    assert (status, field["key"]) == (201, "cost_of_it")
    assert api("post", "custom-fields/", {"kind": "risk", "label": "Other", "type": "TEXT"})[0] == 403
    status, tag = api("post", "tags/", {"name": "gold"})

    status, described = api("get", "schema/")
    asked = {one["name"]: one for one in described["paths"]["/api/v1/risks/export/"]["get"]["parameters"]}
    assert (asked["x_cost_of_it"]["in"], "custom_fields" in asked) == ("query", False)
    assert "custom_fields" in {one["name"] for one in described["paths"]["/api/v1/assets/sample/"]["get"]["parameters"]}
    unread = api("get", "schema/", who=person("ADMIN"))[1]["paths"]["/api/v1/risks/export/"]["get"]["parameters"]
    assert "x_cost_of_it" not in {one["name"] for one in unread}
    told = {"kind": "risk", "subject": risk.number, "values": {"cost_of_it": "12.5"}, "tags": [tag["id"]]}
    status, said = api("post", "particulars/", told | {"seen_version": risk.version})
    assert (status, said["values"], said["tags"]) == (200, {"cost_of_it": "12.50"}, [tag["id"]])
    assert api("post", "particulars/", told | {"seen_version": risk.version})[0] == 412
    status, wrong = api("post", "particulars/", told | {"values": {"cost_of_it": "much", "other": 1}})
    assert (status, set(wrong["fields"])) == (422, {"values.cost_of_it", "values.other"})
    assert api("get", f"particulars/?kind=risk&subject={risk.number}")[1]["results"] == [said]
    assert api("get", f"particulars/{said['id']}/")[1] == said

    head = person("HEAD", unit=company.eastmere)
    assert api("get", f"particulars/{said['id']}/", who=head)[0] == 404
    assert api("get", f"particulars/?kind=risk&subject={risk.number}", who=head)[0] == 404
    assert api("post", "particulars/", told, who=head)[0] == 404
    assert api("get", "particulars/?kind=risk", who=head)[1]["results"] == []
    assert Particulars.objects.count() == 1
