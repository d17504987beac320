"""The next edition of what gates ask: drafted, signed by both, asked by gates set up from then on; what asks less is counted."""

import pytest

from governance.change import alignment_feeds, edition_book, gate_editions, gate_page, gate_templates
from governance.change.editions_compared import differences
from governance.change.errors import EditionAsBefore, EditionNotOpen, EditionOvertaken, EditionWaits
from governance.change.models import Criterion, GateEdition
from portal import clock
from portal.errors import Invalid, Stale
from portal.people import organisations
from portal.people.models import User
from portal.record.models import AuditEntry
from portal.signing import signatures
from portal.signing.errors import MovedSinceRead
from tests.factories.governance import at_a_gate, make_edition, make_initiative
from tests.house.world import BACKEND

JSON = {"content_type": "application/json"}
SET = "secure-by-design"


def sign(row, *people):
    for one in people:
        signatures.sign(row, actor=User.objects.get(pk=one.pk), factor_at=clock.now())


def asked(**said):
    told = {"key": "a", "opens": "DESIGN", "office": "IT", "from_size": "S", "is_mandatory": True, "question": "Q", "evidence": "E"}
    return told | said


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ([asked()], []),
        ([asked(question="Otherwise")], [("CHANGED", False)]),
        ([asked(is_mandatory=False)], [("CHANGED", True)]),
        ([asked(from_size="M")], [("CHANGED", True)]),
        ([asked(from_size="S", opens="TEST", office="SECURITY")], [("CHANGED", False)]),
        ([asked(key="b")], [("ADDED", False), ("WITHDRAWN", True)]),
        ([asked(), asked(key="b")], [("ADDED", False)]),
    ],
)
def test_what_asks_less_goes_blocks_no_more_or_spares_the_small(after, told):
    assert [(one.kind, one.asks_less) for one in differences([asked()], after)] == told
    back = differences(after, [asked()])
    assert not any(one.asks_less for one in back if one.kind == "CHANGED" and told[0][1])  # the other way it asks more


def test_gates_set_up_once_both_have_signed_ask_by_it_and_those_that_stand_keep_theirs(planned, owner, cio, ciso, company):
    row = make_edition(by=ciso, key=SET, question="Who may stop it?")
    new = next(one["key"] for one in row.criteria if one["question"] == "Who may stop it?")
    gate_editions.propose(row, actor=ciso)
    sign(row, cio)
    before = at_a_gate(make_initiative(unit=company.northfield, by=owner, kind="IT"))
    sign(row, ciso)
    row.refresh_from_db()
    after = at_a_gate(make_initiative(unit=company.northfield, by=owner, kind="IT"))

    assert (row.state, row.template.edition, row.edition, new) == ("USED", 2, 2, f"{SET}-1")
    found = {one: Criterion.objects.filter(gate__initiative=one, asks__key=new).count() for one in (planned, before, after)}
    assert found == {planned: 0, before: 0, after: 1}
    editions = {row.asks.template.edition for row in Criterion.objects.filter(gate__initiative=before, asks__template__key=SET)}
    assert editions == {1}
    gate = gate_page.of_user(owner).get(initiative=before, opens="DESIGN")
    [standing] = gate_page.standings([gate])
    assert [(str(template), newest) for template, newest in standing.overtaken] == [("Secure by design, 1", 2)]
    assert gate_page.standings([gate_page.of_user(owner).get(initiative=after, opens="DESIGN")])[0].overtaken == []
    verbs = AuditEntry.objects.filter(kind="gate-edition").order_by("pk").values_list("verb", flat=True)
    assert [verb for verb in verbs if verb.startswith("gate-edition.")] == [
        "gate-edition.drafted",
        "gate-edition.proposed",
        "gate-edition.in_force",
    ]
    assert AuditEntry.objects.get(verb="gate-edition.in_force").params == {"differ": 1, "less": 0}
    with pytest.raises(EditionNotOpen):
        gate_editions.withdraw(row, actor=ciso)
    with pytest.raises(EditionNotOpen):
        gate_editions.change(row, row.criteria, "Late", actor=ciso)


def test_what_is_no_edition_is_refused_and_one_of_a_set_is_open_at_a_time(cio, ciso):
    base = gate_editions.in_force(SET)
    all_of_it = gate_editions.asked_by(base)
    with pytest.raises(EditionAsBefore):
        gate_editions.draft(base, list(reversed(all_of_it)), "Why", actor=ciso)
    for criteria, reason, field in (
        ([], "Why", "criteria"),
        ([*all_of_it, all_of_it[0]], "Why", "criteria"),
        (all_of_it[1:], " ", "reason"),
        ([*all_of_it[:1], asked(key="nothing-like-it")], "Why", "criteria.1.key"),
        ([asked(key="", opens="IDEA")], "Why", "criteria.0.opens"),
        ([asked(key="", office="FINANCE")], "Why", "criteria.0.office"),
        ([asked(key="", from_size="XL")], "Why", "criteria.0.from_size"),
        ([asked(key="", question="x" * 301)], "Why", "criteria.0.question"),
        ([asked(key="", evidence=" ")], "Why", "criteria.0.evidence"),
        ([asked(key="", question=f"{n}?") for n in range(61)], "Why", "criteria"),
    ):
        with pytest.raises(Invalid) as refused:
            gate_editions.draft(base, criteria, reason, actor=ciso)
        assert list(refused.value.fields) == [field]
    row = make_edition(by=ciso, key=SET)
    with pytest.raises(EditionWaits):
        make_edition(by=cio, key=SET)
    make_edition(by=cio, key="ot-zones")  # of another set
    with pytest.raises(EditionAsBefore):
        gate_editions.change(row, all_of_it, "Why", actor=cio)
    with pytest.raises(Stale):
        gate_editions.change(row, row.criteria, "Otherwise", actor=cio, version=9)
    gate_editions.withdraw(row, actor=cio)
    again = make_edition(by=cio, key=SET)
    told = {name: getattr(base, name) for name in ("key", "title", "kinds", "only_purchases")}
    gate_templates.take_in(told | {"edition": 2, "criteria": all_of_it[:1]})  # one that came along meanwhile
    with pytest.raises(EditionOvertaken):
        gate_editions.propose(again, actor=cio)
    with pytest.raises(EditionOvertaken):
        gate_editions.check_open(again)
    with pytest.raises(EditionOvertaken):
        gate_editions.draft(base, all_of_it[1:], "Why", actor=cio)
    assert edition_book.page(edition_book.of_user(cio).get(pk=again.pk), cio, may_draft=True).is_overtaken
    assert gate_editions.withdraw(again, actor=cio).state == "WITHDRAWN"


def test_what_is_changed_after_one_has_signed_is_signed_anew_and_what_asks_less_is_charged(planned, owner, cio, ciso):
    row = gate_editions.propose(make_edition(by=ciso, key=SET), actor=ciso)
    sign(row, cio)
    read = signatures.standing(row).digest
    row = gate_editions.change(row, row.criteria[1:], "Less", actor=ciso, version=row.version)

    with pytest.raises(MovedSinceRead):
        signatures.sign(row, actor=User.objects.get(pk=ciso.pk), factor_at=clock.now(), digest=read)
    sign(row, ciso)
    assert GateEdition.objects.get().state == "PROPOSED"
    sign(row, cio)

    page = edition_book.page(edition_book.of_user(owner).get(), owner, may_draft=False)
    assert (page.edition.state, page.less, len(page.lines), page.may_draft) == ("USED", 1, 2, False)
    today = organisations.today()
    assert [(one.kind, one.id, one.went_well) for one in alignment_feeds.gates_first_time(today, today).rows] == [
        ("gate-edition", row.pk, False)
    ]
    assert gate_editions.in_force(SET).edition == 2
    again = gate_editions.asked_by(gate_editions.in_force(SET))
    lost = Criterion.objects.filter(asks__template__edition=1, gate__initiative=planned).order_by("asks__place").first().asks
    back = {name: getattr(lost, name) for name in gate_editions.FIELDS}
    third = gate_editions.draft(gate_editions.in_force(SET), [back, *again], "It was needed", actor=cio)
    assert third.edition == 3 and third.criteria[0]["key"] == lost.key  # it is the same one, by its own key


def test_leaders_draft_it_on_its_page_and_by_programs_and_nobody_else(client, planned, owner, cio, ciso, person):
    client.force_login(ciso, backend=BACKEND)
    new, listed = "/governance/gate-editions/new/?set=ot-zones", "/governance/gate-editions/"
    page = client.get(new).text
    base = gate_editions.in_force("ot-zones")
    count = base.criteria.count()
    assert "What is “Zones and conduits in industry” to ask next?" in page and f'value="{count + 3}"' in page
    form = {"reason": "The shift asked for it.", "criteria-TOTAL_FORMS": count + 3, "criteria-INITIAL_FORMS": count}
    for n, one in enumerate(gate_editions.asked_by(base)):
        form |= {f"criteria-{n}-{name}": value for name, value in one.items() if name != "is_mandatory"}
        form |= {f"criteria-{n}-is_mandatory": "on"} if one["is_mandatory"] else {}
    untouched = {"opens": "DESIGN", "office": "IT", "from_size": "S"}
    form |= {f"criteria-{n}-{name}": value for n in range(count, count + 3) for name, value in untouched.items()}
    unfinished = client.post(new, form | {f"criteria-{count}-question": "Who may stop the line?"})
    assert (unfinished.status_code, GateEdition.objects.count()) == (422, 0)
    assert "Fill this in, or empty the whole criterion." in unfinished.text and client.post(new, form).status_code == 409
    assert client.get(f"{listed}new/?set=nothing").status_code == 404
    made = client.post(new, form | {"criteria-0-is_withdrawn": "on", "criteria-1-question": "Is it so?"})
    here = made["Location"]
    page = client.get(here).text
    assert "2 criteria differ, 1 of them ask less" in page and "charged to security" in page and "Is it so?" in page
    stale = client.post(f"{here}words/", form | {"version": 0, "reason": "Late"})
    assert (stale.status_code, client.get(f"{here}words/").text.count('is_withdrawn" id')) == (412, count + 3)
    kept = client.post(f"{here}words/", form | {"version": 1, "criteria-0-is_mandatory": ""})
    assert kept.status_code == 302 and client.post(f"{here}proposal/").status_code == 302
    assert "2 signatures are missing" in client.get(here).text and "Edition 2: Waits for signatures" in client.get(listed).text

    client.force_login(owner, backend=BACKEND)
    assert [client.get(address).status_code for address in (listed, here, new)] == [200, 200, 403]
    assert "Take it back" not in client.get(here).text and "Draft the next edition" not in client.get(listed).text
    api, told = "/api/v1/gate-editions/", {"set": "secure-by-demand", "reason": "One thing less"}
    [demand] = [one for one in client.get(f"{api}in-force/").json() if one["key"] == "secure-by-demand"]
    assert client.post(api, told | {"criteria": demand["criteria"][1:]}, **JSON).status_code == 403
    client.force_login(cio, backend=BACKEND)
    wrong = client.post(api, told | {"set": "nothing", "criteria": demand["criteria"]}, **JSON)
    same = client.post(api, told | {"criteria": demand["criteria"]}, **JSON)
    made = client.post(api, told | {"criteria": demand["criteria"][1:]}, **JSON)
    twice = client.post(api, told | {"criteria": demand["criteria"][2:]}, **JSON)
    assert list(wrong.json()["fields"]) == ["set"]
    assert [one.json()["code"] for one in (same, twice)] == ["edition-as-before", "edition-waits"]
    assert (made.status_code, made.json()["asks_less"]) == (201, [demand["criteria"][0]["key"]])
    own = f"{api}{made.json()['id']}/"
    more = [*demand["criteria"], asked(key="")]
    changed = client.patch(own, {"criteria": more}, headers={"If-Match": made["ETag"]}, **JSON)
    assert (changed.status_code, changed.json()["asks_less"]) == (200, [])
    assert changed.json()["criteria"][-1]["key"] == "secure-by-demand-1"
    assert client.patch(own, {"reason": "Late"}, headers={"If-Match": made["ETag"]}, **JSON).status_code == 412
    states = [client.post(f"{own}{act}/", {}, **JSON).json() for act in ("proposal", "withdrawal", "withdrawal")]
    assert [one.get("state", one.get("code")) for one in states] == ["PROPOSED", "WITHDRAWN", "edition-not-open"]
