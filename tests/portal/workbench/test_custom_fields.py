"""Fields that an administrator adds, and tags: defined, told, shown, filtered, changed in many rows, taken out and brought back."""

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from portal.errors import Invalid, Stale
from portal.people import holdings, leaving
from portal.record.models import AuditEntry
from portal.workbench import bulk_edits, bulk_work, custom_fields, jobs, listed, particulars, renewing, searching, tables, tags
from portal.workbench.errors import FieldRetired, NothingToTry, TagTouched
from portal.workbench.models import CustomField, FieldRenewal, Particulars, SearchEntry, Tag
from risks import register
from risks.errors import RiskClosed
from risks.models import Risk
from tests.database import somebody_waits
from tests.factories.portal import make_company, make_person, make_user

TYPES = {
    "TEXT": ("=Contract; 7", "=Contract; 7", "contract", "lease"),
    "NUMBER": (Decimal("-12.5"), Decimal("-12.5"), "-13..-12", "0.."),
    "MONEY": (Decimal("1200.5"), Decimal("1200.50"), "..1201", "1201"),
    "DAY": (date(2027, 4, 3), date(2027, 4, 3), "2027-01-01..", "..2027-04-02"),
    "FLAG": ("yes", "yes", "yes", "no"),
    "CHOICE": ("2", "2", "2", "1"),
}


@pytest.fixture
def admin(person):
    return person("ADMIN")


def make_field(admin, type="TEXT", label="", kind="risk", **said):
    options = {"options": ["Gold", "Silver"]} if type == "CHOICE" else {}
    return custom_fields.define(actor=admin, kind=kind, label=label or f"Our {type.lower()}", type=type, **(options | said))


def make_risk(company, analyst, title="Fire", **fields):
    return register.log(actor=analyst, title=title, category="OT", unit=fields.pop("unit", company.northfield), **fields)


def tell(risk, actor, version=None, **told):
    """By the names that lists know."""
    return listed.as_defined("risk").change(risk, actor=actor, version=version, **told)


def found(actor, **params):
    question = tables.asked(listed.as_defined("risk"), params)
    return [row.title for row in tables.read(question, actor).page.rows]


@pytest.mark.parametrize("type", TYPES)
def test_a_field_is_told_shown_sorted_and_filtered(type, admin, analyst, company):
    told, kept, finds, misses = TYPES[type]
    name = particulars.name_of(make_field(admin, type))
    risk = make_risk(company, analyst)
    make_risk(company, analyst, "Flood")

    changed = tell(risk, analyst, risk.version, **{name: told})

    kind = listed.as_defined("risk")
    row = kind.find(analyst, {"state": "open"}).get(pk=risk.pk)
    value = kind.by_name[name].read(row)
    assert getattr(value, "key", value) == kept
    assert (changed.version, AuditEntry.objects.filter(verb=particulars.TOLD, subject_id=risk.pk).count()) == (risk.version + 1, 1)
    assert (found(analyst, **{name: finds}), found(analyst, **{name: misses})) == (["Fire"], [])
    rising = ["Fire", "Flood"] if type == "DAY" else ["Flood", "Fire"]  # no day at all comes last, as in every list
    assert (found(analyst, sort=name), found(analyst, sort=f"-{name}")) == (rising, rising[::-1])
    assert tell(changed, analyst, changed.version, **{name: ""}).version == changed.version + 1
    assert found(analyst, **{name: finds}) == []


def test_a_person_is_found_and_named_in_one_query(admin, analyst, company, django_assert_num_queries):
    name, owner = particulars.name_of(make_field(admin, "PERSON")), make_user("Ruth Weir")
    for title in ("Fire", "Flood"):
        tell(make_risk(company, analyst, title), analyst, **{name: owner})
    kind = listed.as_defined("risk")

    with django_assert_num_queries(1):
        read = [kind.by_name[name].read(row) for row in kind.find(analyst, {})]

    assert [(one.name, one.email) for one in read] == [(owner.name, owner.email)] * 2
    assert sorted(found(analyst, **{name: str(owner.pk)})) == ["Fire", "Flood"]
    left = make_user(is_active=False)
    with pytest.raises(Invalid):
        tell(make_risk(company, analyst), analyst, **{name: left})


@pytest.mark.parametrize(
    ("type", "wrong"),
    [
        *(("TEXT", "x" * 1001), ("NUMBER", Decimal("1e15")), ("MONEY", Decimal("1.005")), ("DAY", "soon"), ("FLAG", "perhaps")),
        *(("CHOICE", "3"), ("PERSON", "Ruth")),
    ],
)
def test_what_does_not_fit_its_field_is_refused_and_nothing_is_kept(type, wrong, admin, analyst, company):
    name, risk = particulars.name_of(make_field(admin, type)), make_risk(company, analyst)

    with pytest.raises(Invalid) as refusal:
        tell(risk, analyst, **{name: wrong})

    assert set(refusal.value.fields) == {name}
    assert not Particulars.objects.exclude(told={}).exists()


def test_nobody_s_answer_is_lost_and_closed_things_keep_theirs(admin, analyst, company, person):
    name, risk = particulars.name_of(make_field(admin)), make_risk(company, analyst)
    tell(risk, analyst, risk.version, **{name: "first"})

    with pytest.raises(Stale):
        tell(risk, analyst, risk.version, **{name: "second"})
    with pytest.raises(PermissionDenied):
        tell(risk, person("AUDITOR"), None, **{name: "third"})
    register.close(risk, actor=analyst, reason="Gone")
    with pytest.raises(RiskClosed):
        tell(risk, analyst, None, **{name: "fourth"})

    assert found(analyst, state="all", **{name: "first"}) == ["Fire"]


def test_definitions_are_an_administrator_s_and_are_checked(admin, analyst):
    field = make_field(admin, "CHOICE", "Supplier class")

    for wrong in (
        {"kind": "reading"},
        {"label": "What could happen"},
        {"label": " supplier  CLASS"},
        {"type": "TEXT"},
        {"options": []},
        {"label": "x" * 61},
    ):
        said = {"kind": "risk", "label": "Another", "type": "CHOICE", "options": ["Gold"]} | wrong
        with pytest.raises(Invalid):
            custom_fields.define(actor=admin, **said)
    with pytest.raises(PermissionDenied):
        make_field(analyst)
    with pytest.raises(Stale):
        custom_fields.change(field, actor=admin, version=7, label="Other", options=["Gold"])
    assert field.key == "supplier_class"


def test_a_choice_that_is_offered_no_more_and_a_retired_field_keep_what_was_said(admin, analyst, company):
    field, risk = make_field(admin, "CHOICE"), make_risk(company, analyst)
    name = particulars.name_of(field)
    tell(risk, analyst, **{name: "1"})

    custom_fields.change(field, actor=admin, version=1, label="Grade", options=["Silver", "Bronze"])

    kind = listed.as_defined("risk")
    assert str(kind.by_name[name].read(risk)) == "Gold"
    offered = next(one for one in kind.editable if one.name == name).field(analyst).choices
    assert [key for key, _label in offered] == ["", "2", "3"]
    custom_fields.retire(field, actor=admin)
    assert name not in listed.as_defined("risk").by_name
    assert Particulars.objects.get().told == {f"f{field.pk}": "1"}
    with pytest.raises(FieldRetired):
        custom_fields.retire(field, actor=admin)


def test_who_may_not_open_a_thing_finds_it_by_nothing_that_is_said_of_it(admin, analyst, person, company):
    name = particulars.name_of(make_field(admin))
    tell(make_risk(company, analyst, unit=company.eastmere), analyst, **{name: "Umbrafang"})
    head = person("HEAD", unit=company.northfield)

    assert found(analyst, **{name: "umbrafang"}) == ["Fire"]
    assert found(head, **{name: "umbrafang"}) == []
    assert (searching.find(analyst, "umbrafang").total, searching.find(head, "umbrafang").total) == (1, 0)
    assert not Particulars.objects.visible_to(head).exists()
    assert Particulars.objects.visible_to(analyst).exists()


def test_words_of_fields_are_found_as_long_as_they_stand(admin, analyst, company):
    text, choice, number = (make_field(admin, type) for type in ("TEXT", "CHOICE", "NUMBER"))
    risk = make_risk(company, analyst)
    told = {particulars.name_of(text): "Lease of the barn", particulars.name_of(choice): "1"}
    risk = tell(risk, analyst, **told, **{particulars.name_of(number): Decimal(4711)})

    def hits(words):
        return [hit.label for hit in searching.find(analyst, words).hits]

    assert [hits(words) for words in ("barn", "gold fire", "4711", "silver")] == [["Fire"], ["Fire"], [], []]
    risk = register.change(risk, actor=analyst, version=risk.version, title="Storm")
    assert (hits("barn"), hits("fire")) == (["Storm"], [])
    custom_fields.change(choice, actor=admin, version=1, label="Grade", options=["GOLD", "Bronze"])
    assert renewing.work_waiting() == 1
    assert SearchEntry.objects.get(kind="risk").words == "Lease of the barn\nGOLD"
    tell(risk, analyst, **{particulars.name_of(text): "Lease of the shed"})
    assert (hits("barn"), hits("shed")) == ([], ["Storm"])
    custom_fields.retire(text, actor=admin)
    custom_fields.retire(number, actor=admin)
    assert (hits("shed"), renewing.work_waiting(), renewing.work_waiting()) == (["Storm"], 1, 0)  # of numbers nothing is read
    assert (hits("shed"), hits("gold")) == ([], ["Storm"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workbench_particulars SET told = '{}'")
    assert (hits("gold"), hits("storm")) == ([], ["Storm"])


def test_search_forgets_the_words_of_many_rows_batch_by_batch(admin, analyst, company, monkeypatch):
    field = make_field(admin)
    name, risks = particulars.name_of(field), [make_risk(company, analyst, title) for title in ("Fire", "Flood", "Storm")]
    for risk in risks:
        tell(risk, analyst, **{name: "Barn"})
    monkeypatch.setattr(renewing, "AT_ONCE", 1)
    custom_fields.retire(field, actor=admin)
    renewal = FieldRenewal.objects.get()

    def hits():
        return [hit.label for hit in searching.find(analyst, "barn").hits]

    def job(user=admin):
        return next((one for one in jobs.of(user) if one.source == "field-renewal"), None)

    assert (job().standing, job().percent, job().who, job(analyst)) == ("waiting", None, admin.name, None)
    assert not renewing.work(renewal.pk, seconds=0)
    assert (len(hits()), job().standing, job().percent) == (2, "running", 33)
    register.change(risks[2], actor=analyst, version=2, cause="Wind")
    assert hits() == ["Flood"]  # what is saved meanwhile is right at once
    FieldRenewal.objects.update(attempts=FieldRenewal.MOST_ATTEMPTS + 1)
    assert (renewing.work_waiting(), job().standing, job().may_retry) == (0, "failed", True)
    with pytest.raises(PermissionDenied):
        renewing.try_again(renewal, actor=analyst)
    jobs.retry("field-renewal", renewal.pk, actor=admin)
    assert renewing.at_once(field)
    assert (hits(), job().standing, job().percent) == ([], "done", None)
    with pytest.raises(NothingToTry):
        renewing.try_again(renewal, actor=admin)
    assert Particulars.objects.filter(told={f"f{field.pk}": "Barn"}).count() == 3


def test_a_field_is_retired_at_the_moment_somebody_says_something_in_it(own_db):
    """Whoever comes first is waited for; the second finds what the first did, and nothing is said in a retired field."""
    company = make_company()
    admin, analyst = make_person("ADMIN", company=company), make_person("ANALYST", company=company)
    fields = [make_field(admin, label=label) for label in ("Lease", "Owner")]
    risks = [make_risk(company, analyst, title) for title in ("Fire", "Flood")]
    refused = []

    def say(place):
        try:
            tell(risks[place], analyst, **{particulars.name_of(fields[place]): "Barn"})
        except Invalid as refusal:
            refused.append(refusal.fields)

    def retire(place):
        custom_fields.retire(fields[place], actor=admin)

    _one_holds_while_the_other_comes(lambda: retire(0), lambda: say(0))
    _one_holds_while_the_other_comes(lambda: say(1), lambda: retire(1))

    assert [list(one) for one in refused] == [[particulars.name_of(fields[0])]]
    assert [one.retired_at is None for one in CustomField.objects.all()] == [False, False]
    assert list(Particulars.objects.exclude(told={}).values_list("subject_id", "told")) == [
        (risks[1].pk, {f"f{fields[1].pk}": "Barn"})
    ]
    assert [hit.label for hit in searching.find(analyst, "barn").hits] == ["Flood"]
    assert renewing.work_waiting() == 1
    assert searching.find(analyst, "barn").total == 0


def _one_holds_while_the_other_comes(first, second):
    holds, waits = Barrier(2, timeout=20), Barrier(2, timeout=20)

    def hold():
        with transaction.atomic():
            first()
            holds.wait()
            waits.wait()
        connection.close()

    one = Thread(target=hold)
    one.start()
    holds.wait()
    other = Thread(target=lambda: (second(), connection.close()))
    other.start()
    while other.is_alive() and not somebody_waits():
        pass
    waits.wait()
    one.join()
    other.join()


def test_tags_are_added_and_taken_away_in_many_rows_and_undone(analyst, company):
    gold, stale = (tags.name(actor=analyst, name=name) for name in ("gold", "to look at"))
    risks = [make_risk(company, analyst, title) for title in ("Fire", "Flood")]
    tell(risks[0], analyst, tags=(stale.pk,))
    kind = listed.as_defined("risk")
    edit = bulk_edits.start(kind, actor=analyst, question=tables.asked(kind, {}))

    bulk_edits.settle(edit, actor=analyst, fields={"tag_added": str(gold.pk), "tag_taken": str(stale.pk)})
    bulk_work.work(edit.pk)
    assert sorted(row.changes for row in edit.rows.all()) == [[["Tags", "", "gold"]], [["Tags", "to look at", "gold"]]]
    assert found(analyst, tag=str(gold.pk)) == []
    edit.refresh_from_db()
    bulk_edits.apply(edit, actor=analyst)
    bulk_work.work(edit.pk)
    assert (sorted(found(analyst, tag=str(gold.pk))), found(analyst, tag=str(stale.pk))) == (["Fire", "Flood"], [])

    edit.refresh_from_db()
    bulk_edits.undo(edit, actor=analyst)
    bulk_work.work(edit.pk)
    assert (found(analyst, tag=str(gold.pk)), found(analyst, tag=str(stale.pk))) == ([], ["Fire"])


def test_two_tags_of_one_meaning_are_merged_and_parted_while_nothing_is_touched(analyst, company, person):
    one, other = (tags.name(actor=analyst, name=name) for name in ("supplier", "Vendor"))
    both, first = (make_risk(company, analyst, title) for title in ("Both", "First"))
    tell(both, analyst, tags=(one.pk, other.pk))
    tell(first, analyst, tags=(one.pk,))

    tags.merge(one, other, actor=analyst)
    assert sorted(found(analyst, tag=str(other.pk))) == ["Both", "First"]
    assert [tag.name for tag in custom_fields.known().tags] == ["Vendor"]
    tags.part(one, actor=analyst)
    assert (sorted(found(analyst, tag=str(one.pk))), found(analyst, tag=str(other.pk))) == (["Both", "First"], ["Both"])

    tags.merge(one, other, actor=analyst)
    tell(first, analyst, tags=())
    with pytest.raises(TagTouched):
        tags.part(one, actor=analyst)
    tags.rename(other, actor=analyst, version=None, name="Third party")
    assert str(listed.as_defined("risk").by_name["tags"].read(both)) == "Third party"
    for wrong in ("", "x" * 41, "a;b", "third PARTY"):
        with pytest.raises(Invalid):
            tags.name(actor=analyst, name=wrong)
    with pytest.raises(PermissionDenied):
        tags.name(actor=person("OWNER"), name="mine")
    with pytest.raises(Invalid):
        tags.merge(other, other, actor=analyst)


def test_without_any_definition_nothing_is_added(analyst, company):
    make_risk(company, analyst)
    kind = listed.as_defined("risk")

    assert kind is listed.all_kinds()["risk"]
    assert (CustomField.objects.count(), Tag.objects.count()) == (0, 0)


def test_when_somebody_leaves_their_successor_stands_in_the_fields_that_named_them(admin, analyst, company):
    field, other = make_field(admin, "PERSON", label="Steward"), make_field(admin, "PERSON", label="Deputy")
    leaver, successor, third = make_user("Priya"), make_user("Sade"), make_user("Third")
    risk = make_risk(company, analyst)
    secret = make_risk(company, analyst, "Nightglass", is_confidential=True)
    names = particulars.name_of(field), particulars.name_of(other)
    for row in (risk, secret):
        row.refresh_from_db()
        tell(row, analyst, **{names[0]: leaver, names[1]: third})
    risk.refresh_from_db()
    held = next(one for one in holdings.of(leaver, admin) if one.group.key == "custom-fields")
    assert (held.count, {one.label for one in held.rows}) == (2, {"risk"})

    choices = leaving.Choices({"custom-fields": successor})
    leaving.hand_over(leaver, choices, actor=admin, state=leaving.state_of(leaver))

    said = [particulars.of("risk", Risk.objects.get(pk=row.pk)).told for row in (risk, secret)]
    assert said == [{f"f{field.pk}": successor.pk, f"f{other.pk}": third.pk}] * 2
    assert Risk.objects.get(pk=risk.pk).version == risk.version + 1
    assert AuditEntry.objects.filter(verb="custom_fields.told", actor=admin).count() == 2
