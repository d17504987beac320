"""Pages of initiatives: proposed by a form, changed, moved on and stopped; late saves, refusals, and without permission."""

from django.urls import reverse

from governance.change.models import Initiative, SeenAsset
from portal.people import organisations
from tests.factories.assets import make_asset
from tests.factories.governance import make_initiative
from tests.house.world import BACKEND

NO_MILESTONES = {"milestones-TOTAL_FORMS": "1", "milestones-INITIAL_FORMS": "0"}


def said(owner, company, **other):
    plain = {"title": "New line control", "kind": "OT", "unit": company.northfield.pk, "sponsor": owner.pk, "owner": owner.pk}
    return plain | {"status": "ON_TRACK", "reachability": "INTERNAL"} | NO_MILESTONES | other


def test_an_initiative_is_proposed_changed_and_moved_by_its_pages(client, company, person):
    owner = person("OWNER", unit=company.northfield)
    client.force_login(owner, backend=BACKEND)
    day = {
        "milestones-0-title": "Ordered",
        "milestones-0-due_on": organisations.today().isoformat(),
        "milestones-0-confidence": "80",
    }

    half = client.post(reverse("change:initiative-new"), said(owner, company, **{"milestones-0-title": "Ordered"}))
    made = client.post(reverse("change:initiative-new"), said(owner, company, **day))

    one = Initiative.objects.get()
    here = reverse("change:initiative", args=[one.pk])
    assert (half.status_code, made["Location"]) == (422, here)
    page = client.get(here)
    assert "Ordered" in page.text and "80 % sure" in page.text
    reaching = reverse("change:milestone-reaching", args=[one.milestones.get().pk])
    early = client.post(reaching, {"reached_on": "2099-01-01"})
    assert (early.status_code, "It cannot be reached on a day to come." in early.text) == (422, True)
    assert client.post(reaching, {"reached_on": "2026-11-02"}).status_code == 302
    assert "2 November 2026" in client.get(here).text and "Reached today" not in client.get(here).text
    words = reverse("change:initiative-words", args=[one.pk])
    assert client.get(words).status_code == 200
    assert client.post(words, said(owner, company, version="2", title="Other")).status_code == 302
    late = client.post(words, said(owner, company, version="1", title="Mine"), headers={"HX-Request": "true"})
    assert (late.status_code, "Keep theirs or yours" in late.text, "<html" in late.text) == (412, True, False)
    stage = reverse("change:initiative-stage", args=[one.pk])
    assert client.post(stage, {"to": "PLAN", "version": "1"}).status_code == 412
    assert client.post(stage, {"to": "LIVE", "version": "3"}).status_code == 409
    assert client.post(stage, {"to": "?"}).status_code == 422
    stopping = reverse("change:initiative-stopping", args=[one.pk])
    assert client.post(stopping, {"reason": ""}).status_code == 422
    assert client.post(stopping, {"reason": "No money"}).status_code == 302
    assert "No money" in client.get(here).text


def test_the_list_is_a_list_a_board_and_a_road_map_and_says_when_it_is_empty(client, company, person):
    owner = person("OWNER", unit=company.northfield)
    client.force_login(owner, backend=BACKEND)
    address = reverse("change:initiatives")
    assert "No initiative fits this." in client.get(address).text
    made = make_initiative(unit=company.northfield, by=owner, live_on=organisations.today())
    hidden = make_initiative(unit=company.eastmere, by=person("HEAD", unit=company.eastmere), title="Of the other site")

    for shown_as in ("list", "board", "roadmap"):
        page = client.get(address, {"as": shown_as})
        assert (page.status_code, made.title in page.text, hidden.title in page.text) == (200, True, False)
    assert client.get(reverse("change:initiative", args=[hidden.pk])).status_code == 404


def test_an_auditor_reads_and_changes_nothing(client, company, person):
    one = make_initiative(unit=company.northfield, by=person("OWNER", unit=company.northfield))
    client.force_login(person("AUDITOR"), backend=BACKEND)

    assert "Move on" not in client.get(reverse("change:initiative", args=[one.pk])).text
    assert client.post(reverse("change:initiative-stage", args=[one.pk]), {"to": "PLAN", "version": "1"}).status_code == 403
    client.force_login(person("BOARD"), backend=BACKEND)
    assert client.get(reverse("change:initiatives")).status_code == 403


def test_a_declaration_is_given_by_a_form_and_what_came_besides_is_answered(client, company, person):
    owner = person("OWNER", unit=company.northfield)
    one = make_initiative(unit=company.northfield, by=owner)
    named, elsewhere = make_asset("Recipe server", unit=company.northfield), make_asset("Far press", unit=company.eastmere)
    client.force_login(owner, backend=BACKEND)
    here, address = reverse("change:initiative", args=[one.pk]), reverse("change:initiative-declaration", args=[one.pk])
    form = {"lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0", "version": "1", "lines-0-act": "ADDS", "lines-0-kind": "SERVER"}
    form |= {"lines-0-data_classification": "INTERNAL", "lines-1-act": "CHANGES", "lines-1-data_classification": "PUBLIC"}

    assert "It says not yet what it adds" in client.get(here).text and client.get(address).status_code == 200
    assert client.post(address, form | {"lines-1-asset": "Far press"}).status_code == 422
    assert client.post(address, {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0", "version": "1"}).status_code == 422
    whole = form | {"lines-0-count": "14", "lines-1-asset": named.number}
    assert client.post(address, whole)["Location"] == here
    assert client.post(address, whole).status_code == 412
    SeenAsset.objects.create(initiative=one, asset=elsewhere, state="ASKED")
    seen = SeenAsset.objects.create(initiative=one, asset=make_asset("Press 9", unit=company.northfield), state="ASKED")

    page = client.get(here).text
    assert "Declared 15, seen 2, undeclared 2" in page and "+ 1 you may not open" in page and "Far press" not in page
    assert client.post(reverse("change:seen-answer", args=[seen.pk]), {"answer": "STRANGE"}).status_code == 302
    assert "It does not belong to it (" in client.get(here).text
