"""The ledger: sums that tie out, doubles as brute force finds them, savings that only count once they are cash."""

import random
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as some

from governance.change import doubles, ledger, ledger_book
from governance.change.doubles import Line
from governance.change.errors import LineEnded, LineRuns, NoDouble, OwnSaving, SavingSettled
from governance.change.models import Saving, SpendLine
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.workbench import imports, work
from portal.workbench.errors import NothingToImport
from risks.errors import SavedMeanwhile
from tests.factories.governance import make_spend_line
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


def bring(lines, analyst):
    content = make_csv(*lines, header=tuple(SHEET))
    one = check(make_import(content, actor=analyst, kind="spend-line", source="contracts"), SHEET)
    imports.apply(one, actor=analyst)
    work.work(one.pk)


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


def test_the_page_and_the_api_say_the_same(client, company, person):
    reader = person("ANALYST", unit=company.northfield)
    make_spend_line(by=reader, unit=company.northfield, yearly_cost=Decimal("1500.00"))
    make_spend_line(by=reader, unit=company.northfield, paid_by="SECURITY", yearly_cost=Decimal("2500.00"))
    make_spend_line(by=person("CIO"), unit=company.root, product="Hidden suite", yearly_cost=Decimal("7.00"))
    client.force_login(reader)

    page = client.get("/governance/ledger/").content.decode()
    sums = client.get("/api/v1/spend-lines/sums/").json()

    assert "Hidden suite" not in page
    assert (sums["whole"], sums["could_save"], len(sums["doubles"])) == ("4000.00", "2500.00", 1)
    assert "4,000.00" in page
    made = client.post(
        "/governance/ledger/new/",
        {"vendor": "Acme", "product": "Probe", "capability": "Monitoring", "unit": company.northfield.pk, "paid_by": "IT"}
        | {"owner": reader.pk, "yearly_cost": "12.50"},
    )
    assert made.status_code == 302, made.content.decode()
    assert SpendLine.objects.get(product="Probe").serves == "IT"
