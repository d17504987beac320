"""Packs by page and by API: prepared, signed by people, read by the board."""

from datetime import date

import pytest
from django.urls import reverse

from governance.board.models import BoardPack
from governance.together.models import Position
from portal.people import tokens
from portal.signing import signatures
from tests.factories.board import block, make_pack, make_released, read
from tests.factories.governance import answer, make_decision
from tests.factories.portal import freshen, make_person

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


@pytest.fixture
def seats(company):
    return make_person("CIO", company=company, name="Marta"), make_person("CISO", company=company, name="Idris")


def at(name, *args):
    return reverse(f"board:{name}", args=args)


def test_a_pack_goes_through_the_pages_without_javascript(as_person, company, seats):
    cio, ciso = map(as_person, seats)
    decision = make_decision(unit=company.root, by=seats[0])
    answer(decision, seats[1], "OPPOSE", reason="No.")
    days = {"period_from": "2026-07-01", "period_to": "2026-09-30"}
    said = {"template": "STAFF", "unit": company.root.pk, **days}
    assert cio.post(at("packs"), said | {"period_to": "2026-01-01"}).status_code == 422
    opened = cio.post(at("packs"), said)
    pack = BoardPack.objects.get()
    assert opened["Location"] == at("pack", pack.pk) and pack.period_to == date(2026, 9, 30)
    page = cio.get(at("pack", pack.pk)).text
    assert "3 blocks have no words yet." in page and f"#block-{block(pack, 'summary').pk}" in page
    assert cio.post(at("pack-freezing", pack.pk)).status_code == 409

    wrong = cio.post(at("pack-blocks", pack.pk), {"source": "dissent"})
    assert (wrong.status_code, "Choose a dissent" in wrong.text) == (422, True)
    cio.post(at("pack-blocks", pack.pk), {"source": "dissent", "position": Position.objects.get().pk})
    dissent, heat = block(pack, "dissent"), block(pack, "heat_map")
    assert cio.post(at("pack-block-words", dissent.pk), {"text": "He errs."}).status_code == 409
    for one in [*(row for row in read(pack).blocks.all() if row.lacks_words)]:
        assert ciso.post(at("pack-block-words", one.pk), {"text": f"Of {one.source}."}).status_code == 302
    cio.post(f"{at('pack-block-words', dissent.pk)}?part=answer", {"text": "It is recorded."})
    ciso.post(f"{at('pack-block-words', heat.pk)}?part=dispute", {"text": "Too light."})
    assert cio.post(at("pack-freezing", pack.pk)).status_code == 409
    cio.post(at("pack-block-dispute", heat.pk))
    assert cio.post(at("pack-freezing", pack.pk), {"version": "1"}).status_code == 412
    gone = block(pack, "thanks")
    cio.post(at("pack-block-removal", gone.pk))
    cio.post(at("pack-numbers", pack.pk))
    assert cio.post(at("pack-freezing", pack.pk), {"version": read(pack).version}).status_code == 302
    cio.post(at("pack-thawing", pack.pk))
    cio.post(at("pack-freezing", pack.pk))

    for client, person in ((cio, seats[0]), (ciso, seats[1])):
        freshen(client, person)
        here = reverse("signing:signatures", args=["board-pack", pack.pk])
        assert "Too light." in client.get(here).text
        digest = signatures.standing(read(pack)).digest
        assert client.post(reverse("signing:signature", args=["board-pack", pack.pk]), {"digest": digest}).status_code == 302
    member = as_person(make_person("BOARD", company=company))
    shown = member.get(at("pack", pack.pk)).text
    for words in ("Released on", "Of dissent.", "It is recorded.", "Too light.", "Signed off in Concord"):
        assert words in shown, words
    assert "Write" not in shown and member.post(at("pack-thawing", pack.pk)).status_code == 403
    assert "Digest of what both signed" in member.get(at("pack-paper", pack.pk)).text
    assert pack.number in member.get(at("packs")).text


def test_drafts_are_nobodys_but_who_prepares_and_all_staff_read_what_is_theirs(as_person, company, seats):
    draft = make_pack(unit=company.root, by=seats[0])
    quarter = make_released(unit=company.root, seats=seats, template="QUARTER")
    staff = make_released(unit=company.root, seats=seats)
    seen = {
        role: [one in BoardPack.objects.visible_to(make_person(role, company=company)) for one in (draft, quarter, staff)]
        for role in ("PREPARER", "BOARD", "AUDITOR", "COLLEAGUE", "HEAD", "ADMIN")
    }

    assert seen["PREPARER"] == [True, True, True]
    assert seen["BOARD"] == seen["AUDITOR"] == [False, True, True]
    assert seen["COLLEAGUE"] == seen["HEAD"] == [False, False, True]
    assert seen["ADMIN"] == [False, False, False]
    cio = as_person(seats[0])
    cio.post(at("pack-withdrawal", draft.pk))
    assert draft.number not in cio.get(at("packs")).text


def test_a_pack_is_prepared_by_the_api_and_signed_by_no_token(as_person, company, seats):
    cio, ciso = map(as_person, seats)

    def post(client, address, body=None):
        return client.post(f"/api/v1/{address}", body or {}, **JSON)

    days = {"period_from": "2026-07-01", "period_to": "2026-09-30"}
    made = post(cio, "board-packs/", {"template": "STAFF", "unit": company.root.pk, **days})
    assert made.status_code == 201, made.json()
    pk, lacking = made.json()["id"], made.json()["lacks_words"]
    assert post(cio, f"board-packs/{pk}/freezing/").json()["code"] == "words-missing"
    for one in lacking:
        assert post(cio, f"board-pack-blocks/{one}/words/", {"text": "Said."}).json()["words"]["text"] == "Said."
    heat = cio.get("/api/v1/board-pack-blocks/", {"pack": pk, "source": "heat_map"}).json()["results"][0]
    assert len(heat["value"]["cells"]) == 25
    post(ciso, f"board-pack-blocks/{heat['id']}/dispute/", {"text": "Too light."})
    assert post(cio, f"board-packs/{pk}/freezing/").json()["code"] == "numbers-unfit"
    assert post(cio, f"board-pack-blocks/{heat['id']}/settling/").status_code == 409
    assert post(cio, f"board-pack-blocks/{heat['id']}/printing/").json()["dispute_is_printed"] is True
    more = post(cio, "board-pack-blocks/", {"pack": pk, "source": "outlook"}).json()["id"]
    assert post(cio, f"board-pack-blocks/{more}/answer/", {"text": "No"}).status_code == 422
    assert post(cio, f"board-pack-blocks/{more}/removal/").status_code == 200
    assert post(cio, "board-pack-blocks/", {"pack": pk, "source": "decision"}).status_code == 422
    for act, state in (("numbers", "DRAFT"), ("freezing", "FROZEN"), ("thawing", "DRAFT"), ("freezing", "FROZEN")):
        assert post(cio, f"board-packs/{pk}/{act}/").json()["state"] == state
    assert post(cio, f"board-packs/{pk}/withdrawal/").status_code == 409

    machine = make_person("INTEGRATION", company=company)
    _token, secret = tokens.issue(machine, "all", ["signature-requests:write", "board-packs:read"], actor=None)
    asked = cio.get("/api/v1/signature-requests/", {"subject_kind": "board-pack"}).json()["results"][0]
    refused = cio.post(
        f"/api/v1/signature-requests/{asked['id']}/signature/",
        {"digest": asked["digest"]},
        headers={"Authorization": f"Bearer {secret}"},
        **JSON,
    )
    assert refused.status_code in (403, 404)
    for client, person in ((cio, seats[0]), (ciso, seats[1])):
        freshen(client, person)
        assert post(client, f"signature-requests/{asked['id']}/signature/", {"digest": asked["digest"]}).status_code == 200
    told = cio.get(f"/api/v1/board-packs/{pk}/").json()
    assert (told["state"], told["digest"]) == ("RELEASED", asked["digest"])
    again = post(cio, "board-packs/", {"template": "CUSTOMER", "unit": company.eastmere.pk, **days, "numbers_of": pk}).json()
    assert (again["unit"], again["numbers"]) == (company.root.pk, told["numbers"])
