"""The ledger: sums that tie out, doubles as brute force finds them, savings that only count once they are cash."""

import random
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as some

from governance.change import doubles, finance, ledger, ledger_book
from governance.change.doubles import Line
from governance.change.errors import (
    EndsItself,
    LineEnded,
    LineRuns,
    NoDouble,
    NothingStays,
    OfOneOffice,
    OwnSaving,
    SavingSettled,
    StaysForAnother,
)
from governance.change.models import Saving, SpendLine
from portal import subjects
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.workbench import importable, imports, undoing, work
from portal.workbench.errors import NothingToImport
from risks.errors import SavedMeanwhile
from tests.factories.governance import make_initiative, make_spend_line
from tests.factories.portal import make_unit
from tests.factories.risks import make_control, make_risk
from tests.factories.sheets import check, make_csv, make_import

PLACES = ("/1/", "/1/2/", "/1/3/", "/1/3/4/")


def best_by_force(lines):
    """The most that can be saved: any set of which each line has one outside that does the same for at least as much, within the
    highest unit that a capability is paid for, where both offices pay."""
    groups = {}
    for line in lines:
        groups.setdefault(line.capability, []).append(line)
    total = Decimal(0)
    for group in groups.values():
        tops = {
            one.place for one in group if not any(one.place != other.place and one.place.startswith(other.place) for other in group)
        }
        for top in tops:
            tree = [one for one in group if one.place.startswith(top)]
            if len({one.paid_by for one in tree}) < 2:
                continue
            best = Decimal(0)
            for size in range(len(tree)):
                for ended in combinations(tree, size):
                    kept = [one for one in tree if one not in ended]
                    if all(any(one.place.startswith(other.place) for other in kept) for one in ended):
                        best = max(best, sum((one.yearly_cost for one in ended), Decimal(0)))
            total += best
    return total


@settings(max_examples=60, deadline=None)
@given(
    some.lists(
        some.tuples(
            some.sampled_from(("Backup", "Monitoring")),
            some.sampled_from(PLACES),
            some.sampled_from(("IT", "SECURITY")),
            some.integers(0, 90),
        ),
        max_size=7,
    )
)
def test_doubles_are_what_brute_force_finds_and_count_each_line_once(rows):
    lines = [Line(pk, *row[:3], Decimal(row[3])) for pk, row in enumerate(rows, 1)]

    found = doubles.find(lines)

    assert sum((one.yearly_cost for one in found), Decimal(0)) == best_by_force(lines)
    ended = [one.line for one in found]
    assert len(ended) == len(set(ended))
    assert not set(ended) & {one.kept for one in found}
    by_pk = {one.pk: one for one in lines}
    assert all(by_pk[one.line].place.startswith(by_pk[one.kept].place) for one in found)


@pytest.fixture
def analyst(person):
    return person("ANALYST")


def test_the_sums_are_the_lines_to_the_cent(company, analyst):
    make_spend_line(by=analyst, unit=company.root, yearly_cost=Decimal("0.10"))
    make_spend_line(by=analyst, unit=company.northfield, yearly_cost=Decimal("0.20"), paid_by="SECURITY", serves="IT")
    over = make_spend_line(by=analyst, unit=company.northfield, yearly_cost=Decimal("5000.00"))
    ledger.end(over, actor=analyst)

    sums = ledger_book.sums(ledger_book.of_user(analyst))

    assert sums.whole == Decimal("0.30") == sum(sums.by_office.values())
    assert sums.for_other == {"IT": Decimal("0.00"), "SECURITY": Decimal("0.20")}
    behind = {behalf: list(ledger_book.found(analyst, {"behalf": behalf})) for behalf in ("other", "own", "")}
    assert sum(line.yearly_cost for line in behind["other"]) == sums.whole_for_other == Decimal("0.20")
    assert {line.pk for line in behind["other"] + behind["own"]} == {line.pk for line in behind[""]}
    assert sums.lines == 2


SHEET = {
    "Id": "external_id",
    "Vendor": "vendor",
    "Product": "product",
    "Capability": "capability",
    "Unit": "unit",
    "Office": "paid_by",
    "For office": "serves",
    "Owner": "owner",
    "Cost": "yearly_cost",
}


def drawn(chance, number, owner):
    """A line of a sheet: who pays, for whom, and how much, in cents."""
    office, cents = chance.choice(("IT", "Security")), chance.randint(0, 9_999_999)
    does, where = chance.choice(("Backup", "Monitoring")), chance.choice(("Northfield", "Finance"))
    said = (f"S-{number}", "Halden", f"Tool {number}", does, where)
    return (*said, office, chance.choice(("IT", "Security", "")), owner, f"{cents // 100}.{cents % 100:02d}")


def added_up(lines):
    """(office, whether it pays for the other) with the cents of its lines."""
    found = {}
    for *_said, office, served, _owner, cost in lines:
        key = office.upper(), served not in ("", office)
        found[key] = found.get(key, 0) + int(cost.replace(".", ""))
    return found


def looked_at(lines, actor, **more):
    columns = SHEET | more
    content = make_csv(*lines, header=tuple(columns))
    return check(make_import(content, actor=actor, kind="spend-line", source="contracts"), columns)


def bring(lines, analyst, **more):
    one = looked_at(lines, analyst, **more)
    imports.apply(one, actor=analyst)
    work.work(one.pk)
    one.refresh_from_db()
    return one


@pytest.mark.parametrize("seed", [1, 2])
def test_the_ledger_is_what_any_imported_lines_add_up_to(company, analyst, seed):
    chance = random.Random(seed)
    lines = [drawn(chance, number, analyst.email) for number in range(1, 16)]
    changed = [drawn(chance, number, analyst.email) if chance.random() < 0.4 else lines[number - 1] for number in range(1, 16)]
    for sheet in (lines, [*changed, *(drawn(chance, number, analyst.email) for number in (16, 17))]):
        bring(sheet, analyst)
        with pytest.raises(NothingToImport):  # the same twice
            bring(sheet, analyst)

        cents, sums = added_up(sheet), ledger_book.sums(ledger_book.of_user(analyst))

        assert (sums.whole, sums.lines) == (Decimal(sum(cents.values())) / 100, len(sheet))
        for office in ("IT", "SECURITY"):
            assert sums.for_other[office] == Decimal(cents.get((office, True), 0)) / 100
            assert sums.by_office[office] - sums.for_other[office] == Decimal(cents.get((office, False), 0)) / 100


def test_a_saving_is_cash_only_once_the_line_ended_and_somebody_else_confirms(company, analyst, person):
    cheap = make_spend_line(by=analyst, unit=company.root, yearly_cost=Decimal("1000.00"))
    dear = make_spend_line(by=analyst, unit=company.northfield, paid_by="SECURITY", yearly_cost=Decimal("4000.00"))
    with pytest.raises(NoDouble):
        ledger.accept(cheap, actor=analyst)
    saving = ledger.accept(dear, actor=analyst)
    assert (saving.kept, saving.expected) == (cheap, Decimal("4000.00"))
    with pytest.raises(SavingSettled):
        ledger.accept(dear, actor=analyst)
    arbiter, cio = person("ARBITER"), person("CIO")
    with pytest.raises(LineRuns):
        ledger.confirm(saving, Decimal("3500.00"), actor=arbiter)
    ledger.end(dear, actor=analyst)
    for nobody in (analyst, cio):
        with pytest.raises(PermissionDenied):
            ledger.confirm(saving, Decimal("3500.00"), actor=nobody)
    for wrong in (Decimal("4000.01"), Decimal("-1"), Decimal("1.001"), Decimal("NaN")):
        with pytest.raises(Invalid):
            ledger.confirm(saving, wrong, actor=arbiter)
    assert ledger_book.read(analyst, {}).confirmed == 0
    ledger.confirm(saving, Decimal("3500.00"), actor=arbiter)
    assert ledger_book.read(analyst, {}).confirmed == Decimal("3500.00")
    with pytest.raises(SavingSettled):
        ledger.drop(saving, actor=analyst)
    with pytest.raises(LineEnded):
        ledger.change(dear, actor=analyst, product="Else")


def test_nobody_confirms_what_they_accepted_and_what_is_dropped_may_be_accepted_anew(company, person):
    head = person("HEAD")
    make_spend_line(by=head, unit=company.root, yearly_cost=Decimal("1.00"))
    dear = make_spend_line(by=head, unit=company.root, paid_by="SECURITY", yearly_cost=Decimal("2.00"))
    ledger.drop(ledger.accept(dear, actor=head), actor=head)
    saving = ledger.accept(dear, actor=head)
    ledger.end(dear, actor=head)

    with pytest.raises(OwnSaving):
        ledger.confirm(saving, Decimal("1.00"), actor=head)
    assert list(Saving.objects.values_list("state", flat=True).order_by("pk")) == ["DROPPED", "ACCEPTED"]


def test_a_line_that_stays_for_one_saving_ends_in_no_other(company, analyst, person, monkeypatch):
    costs = (("IT", 10), ("SECURITY", 40), ("IT", 70))
    cheap, dear, third = (
        make_spend_line(by=analyst, unit=company.root, paid_by=office, yearly_cost=Decimal(cost)) for office, cost in costs
    )

    def meanwhile(line, user, looked=ledger._double_of):
        """Somebody else is quicker: between the look and the lock the cheap one became dear, and is to end itself."""
        found = looked(line, user)
        monkeypatch.setattr(ledger, "_double_of", looked)
        ledger.change(cheap, actor=analyst, yearly_cost=Decimal(100))
        ledger.accept(cheap, actor=analyst)
        return found

    monkeypatch.setattr(ledger, "_double_of", meanwhile)
    with pytest.raises(StaysForAnother):
        ledger.accept(dear, actor=analyst)
    assert not Saving.objects.exists()
    ledger.change(cheap, actor=analyst, yearly_cost=Decimal(100))
    saving = ledger.accept(cheap, actor=analyst)
    with pytest.raises(StaysForAnother):
        ledger.accept(dear, actor=analyst)
    ledger.change(dear, actor=analyst, yearly_cost=Decimal(200))
    ledger.change(third, actor=analyst, yearly_cost=Decimal(150))
    with pytest.raises(EndsItself):  # the cheap one is the cheapest again
        ledger.accept(third, actor=analyst)
    assert (saving.line, saving.kept) == (cheap, dear) and Saving.objects.count() == 1
    offered = {one.line: one.stays for one in ledger_book.read(analyst, {}).offered}
    assert offered == {dear: True, third: False}

    ledger.end(cheap, actor=analyst)
    ledger.end(dear, actor=analyst)
    with pytest.raises(NothingStays):
        ledger.confirm(saving, Decimal(1), actor=person("ARBITER"))
    assert Saving.objects.get().state == "ACCEPTED"


def test_nobody_who_leads_or_works_for_it_or_security_confirms(company, analyst, person):
    department = make_unit("IT", parent=company.root, kind="DEPARTMENT")
    team = make_unit("Servers", parent=department, kind="DEPARTMENT")
    cio, ciso = person("CIO", unit=department), person("CISO")
    of_team = person("HEAD", unit=company.finance)
    team.head = of_team
    team.save()
    make_spend_line(by=analyst, unit=company.root, yearly_cost=Decimal(1))
    dear = make_spend_line(by=analyst, unit=company.root, paid_by="SECURITY", yearly_cost=Decimal(2))
    saving = ledger.accept(dear, actor=analyst)
    ledger.end(dear, actor=analyst)

    theirs = (
        person("HEAD", unit=department),
        of_team,
        person("HEAD", unit=company.finance, reports_to=cio),
        person("ARBITER", reports_to=ciso),
    )
    for one in theirs:
        assert not finance.may_confirm(one)
        with pytest.raises(OfOneOffice):
            ledger.confirm(saving, Decimal(2), actor=one)
    assert ledger.confirm(saving, Decimal(2), actor=person("HEAD", unit=company.finance)).state == "CONFIRMED"


def test_the_owner_is_asked_before_notice_is_due_and_not_after_it_ended(company, analyst):
    today = organisations.today()
    line = make_spend_line(by=analyst, unit=company.root, renews_on=today + timedelta(days=60), notice_days=30)
    asked = Review.objects.open().get(kind=ledger.RENEWAL)
    assert (asked.due_on, asked.owner) == (today + timedelta(days=30), analyst)
    assert [one.pk for one in ledger_book.read(analyst, {}).renewals] == [line.pk]

    line = ledger.change(line, actor=analyst, renews_on=today + timedelta(days=90))
    assert Review.objects.open().get(kind=ledger.RENEWAL).due_on == today + timedelta(days=60)
    ledger.end(line, actor=analyst)
    assert not Review.objects.open().filter(kind=ledger.RENEWAL).exists()


def test_what_ends_next_comes_first_however_many_go_on_sooner(company, analyst, client):
    today = organisations.today()

    def after(days, notice=None, does="Probing"):
        renews_on = today + timedelta(days=days)
        return make_spend_line(by=analyst, unit=company.root, capability=does, renews_on=renews_on, notice_days=notice)

    late, gone = after(80), after(5, 9)
    SpendLine.objects.bulk_create(
        SpendLine(
            **{name: getattr(gone, name) for name in ("vendor", "product", "capability", "unit", "paid_by", "serves", "owner")},
            number=f"L-{n}",
            yearly_cost=1,
            renews_on=today + timedelta(days=1),
            notice_days=9,
        )
        for n in range(9000, 9200)
    )
    soon = after(300, 290, "Rare")
    client.force_login(analyst)

    def by(days):
        told = client.get(f"/api/v1/spend-lines/?capability=Rare&notice_by={today + timedelta(days=days)}").json()["results"]
        return [line["id"] for line in told]

    assert list(ledger_book.read(analyst, {}).renewals) == [soon, late]
    assert (by(9), by(10)) == ([], [soon.pk])


def test_a_line_is_refused_by_field_and_a_stale_change_loses_nothing(company, analyst):
    with pytest.raises(Invalid) as refusal:
        make_spend_line(by=analyst, unit=company.root, yearly_cost=Decimal("-1"), vendor=" ", paid_by="X", notice_days=5)
    assert set(refusal.value.fields) == {"yearly_cost", "vendor", "paid_by", "serves", "renews_on"}
    assert not SpendLine.objects.exists()
    line = make_spend_line(by=analyst, unit=company.root)
    ledger.change(line, actor=analyst, product="Newer", version=1)
    with pytest.raises(SavedMeanwhile):
        ledger.change(line, actor=analyst, product="Older", version=1)
    assert SpendLine.objects.get().product == "Newer"


def test_what_one_may_not_open_is_neither_named_nor_taken_off(company, person, client):
    reader, cio, far = person("ANALYST", unit=company.northfield), person("CIO"), person("OWNER", unit=company.eastmere)
    hidden = make_initiative(unit=company.eastmere, by=far)
    control = make_control(unit=company.eastmere, actor=far)
    risk = make_risk(unit=company.eastmere, title="Umbra of the press", number="R-7001")
    make_spend_line(by=cio, unit=company.root, product="Umbrafang", yearly_cost=Decimal(1))
    line = make_spend_line(by=cio, unit=company.northfield, paid_by="SECURITY", initiative=hidden, control=control, risk=risk)
    saving = ledger.accept(line, actor=cio)
    here, page = f"/api/v1/spend-lines/{line.pk}/", f"/governance/ledger/{line.pk}/"

    client.force_login(reader)
    told = client.get(here)
    text = client.get(page).text

    assert [told.json()[name] for name in ("initiative", "control", "risk")] == [None, None, None]
    assert client.get("/api/v1/spend-lines/", {"risk": risk.number}).json()["results"] == []
    assert "+ 3 that you may not open" in text and "a line that you may not open" in text
    label = subjects.of_kind("saving").label(saving)
    assert not any(word in text + label for word in (hidden.number, control.number, risk.number, "Umbra"))
    sent = {"product": "Newer", "initiative": None, "control": None, "risk": None}
    assert client.patch(here, sent, content_type="application/json", headers={"If-Match": told["ETag"]}).status_code == 200
    form = {"vendor": "A", "product": "Newest", "capability": "B", "unit": company.northfield.pk, "paid_by": "SECURITY"}
    form |= {"owner": reader.pk, "yearly_cost": "12.50", "version": 2}
    assert client.post(f"{page}words/", form).status_code == 302
    line.refresh_from_db()
    assert (line.product, line.initiative, line.control, line.risk) == ("Newest", hidden, control, risk)
    client.force_login(cio)
    seen = client.get(here).json()
    assert [seen[name] for name in ("initiative", "control", "risk")] == [hidden.pk, control.pk, risk.pk]
    text = client.get(page).text
    assert hidden.number in text and f'href="{reverse("risks:risk", args=[risk.pk])}">{risk.number}</a>' in text
    assert [one["id"] for one in client.get("/api/v1/spend-lines/", {"risk": risk.number}).json()["results"]] == [line.pk]
    assert client.post(f"{page}words/", form | {"version": 3, "risk": "R-9999"}).status_code == 422
    assert client.post(f"{page}words/", form | {"version": 3, "risk": f" {risk.number.lower()} "}).status_code == 302
    line.refresh_from_db()
    assert (line.risk, line.initiative) == (risk, None)


def test_a_sheet_names_what_a_line_is_for_as_far_as_whoever_brings_it_may_open(company, person):
    reader, far = person("ANALYST", unit=company.northfield), person("OWNER", unit=company.eastmere)
    mine, hidden = make_initiative(unit=company.northfield, by=reader), make_initiative(unit=company.eastmere, by=far)
    control, closed = (make_control(unit=unit) for unit in (company.northfield, company.eastmere))
    risk, shut = (make_risk(unit=unit, number=n) for unit, n in ((company.northfield, "R-7001"), (company.eastmere, "R-7002")))
    said = (*drawn(random.Random(3), 1, reader.email)[:4], "Northfield", "IT", "", reader.email, "10.00")

    def sheet(initiative, number, lowers=risk.number):
        return [[*said, initiative, number, lowers]]

    more = {"Initiative": "initiative", "Control": "control", "Risk": "risk"}
    refused = looked_at(sheet(hidden.number, closed.number, shut.number), reader, **more)
    assert (refused.bad_count, refused.problems.count()) == (1, 3)
    assert all("You may open no" in problem.sentence for problem in refused.problems.all())
    new = sheet(mine.number.lower(), control.number)
    assert looked_at(new, reader, **more).rows.get().label == "Halden Tool 1"  # what it is called before it has a number
    bring(new, reader, **more)
    line = SpendLine.objects.get()
    assert (line.initiative, line.control, line.risk) == (mine, control, risk)

    ledger.change(line, actor=far, initiative=hidden)
    again = bring(sheet(mine.number, ""), reader, **more)
    assert again.rows.get().changes[0][1] == "one you may not open"
    undoing.undo(again, importable.as_defined("spend-line"))
    line.refresh_from_db()
    assert line.initiative == hidden


def test_a_contract_in_another_currency_keeps_its_sum_and_gives_ours_half_even(company, analyst, client):
    whole = {"original_cost": Decimal("1000.50"), "currency": "USD", "rate": Decimal("0.925"), "rated_on": organisations.today()}
    wrong = (
        ({"currency": "XQX"}, "currency"),
        ({"currency": "EUR"}, "currency"),  # the organisation's own
        ({"rate": Decimal(0)}, "rate"),
        ({"rate": None}, "rate"),
        ({"rated_on": organisations.today() + timedelta(days=1)}, "rated_on"),
        ({"original_cost": Decimal("-1")}, "original_cost"),
        ({"yearly_cost": Decimal("925.00")}, "yearly_cost"),  # another sum than it comes to
    )
    for said, field in wrong:
        with pytest.raises(Invalid) as refused:
            make_spend_line(by=analyst, unit=company.northfield, **({"yearly_cost": None} | whole | said))
        assert field in refused.value.fields and len(set(refused.value.fields) - {"yearly_cost"}) <= 1
    line = make_spend_line(by=analyst, unit=company.northfield, yearly_cost=None, **whole)
    assert line.yearly_cost == Decimal("925.46")  # 925.4625
    assert ledger_book.sums(ledger_book.of_user(analyst)).whole == Decimal("925.46")
    line = ledger.change(line, actor=analyst, rate=Decimal("0.5"))
    assert line.yearly_cost == Decimal("500.25")

    client.force_login(analyst)
    here, page = f"/api/v1/spend-lines/{line.pk}/", f"/governance/ledger/{line.pk}/"
    told = client.get(here)
    assert [told.json()[name] for name in ("original_cost", "currency", "rate", "yearly_cost")] == [
        *("1000.50", "USD", "0.50000000", "500.25"),
    ]
    sent = client.patch(here, {"original_cost": "2000.00"}, content_type="application/json", headers={"If-Match": told["ETag"]})
    assert (sent.status_code, sent.json()["yearly_cost"]) == (200, "1000.00")
    assert "2,000.00 a year, at 0.5 of" in client.get(page).text
    form = {"vendor": "A", "product": "B", "capability": "C", "unit": company.northfield.pk, "paid_by": "IT", "version": 3}
    form |= {"owner": analyst.pk, "yearly_cost": "1000.00", "original_cost": "2000", "currency": "USD", "rate": "0.75"}
    assert client.post(f"{page}words/", form).status_code == 422  # of which day?
    assert client.post(f"{page}words/", form | {"rated_on": organisations.today().isoformat()}).status_code == 302
    line.refresh_from_db()
    assert line.yearly_cost == Decimal("1500.00")
    sheet = [("S-1", "A", "B", "C", "Northfield", "IT", "", analyst.email, "", "300", "CHF", "1.005", organisations.today())]
    more = {"Original": "original_cost", "Currency": "currency", "Rate": "rate", "Of": "rated_on"}
    bring(sheet, analyst, **more)
    brought = SpendLine.objects.get(external_id="S-1")
    assert brought.yearly_cost == Decimal("301.50")
    again = bring([(*sheet[0][:9], "600", *sheet[0][10:])], analyst, **more)
    assert {told for told, *_rest in again.rows.get().changes} == {"Cost a year in the contract's currency", "Cost a year"}
    undoing.undo(again, importable.as_defined("spend-line"))
    brought.refresh_from_db()
    assert (brought.original_cost, brought.yearly_cost) == (Decimal("300.00"), Decimal("301.50"))


def test_the_page_and_the_api_say_the_same(client, company, person, monkeypatch):
    monkeypatch.setattr(ledger_book, "SHOWN", 1)
    reader = person("ANALYST", unit=company.northfield)
    make_spend_line(by=reader, unit=company.northfield, yearly_cost=Decimal("1500.00"))
    make_spend_line(by=reader, unit=company.northfield, paid_by="SECURITY", yearly_cost=Decimal("2500.00"))
    make_spend_line(by=reader, unit=company.northfield, paid_by="SECURITY", yearly_cost=Decimal("1600.00"))
    make_spend_line(by=person("CIO"), unit=company.root, product="Hidden suite", yearly_cost=Decimal("7.00"))
    client.force_login(reader)

    page = client.get("/governance/ledger/").content.decode()
    sums = client.get("/api/v1/spend-lines/sums/").json()

    assert "Hidden suite" not in page
    assert (sums["whole"], sums["could_save"], len(sums["doubles"])) == ("5600.00", "4100.00", 2)
    assert "5,600.00" in page and "2 lines could end" in page and "The dearest of them is shown." in page
    made = client.post(
        "/governance/ledger/new/",
        {"vendor": "Acme", "product": "Probe", "capability": "Monitoring", "unit": company.northfield.pk, "paid_by": "IT"}
        | {"owner": reader.pk, "yearly_cost": "12.50"},
    )
    assert made.status_code == 302, made.content.decode()
    assert SpendLine.objects.get(product="Probe").serves == "IT"
