"""Culture by department: off until both agree, drawn up as counts once a quarter, small groups withheld, heads first."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.change.models import Criterion
from governance.together import champions, culture, culture_counts, culture_groups, culture_page, quarters
from governance.together.culture_counts import Told
from governance.together.errors import (
    ChampionAlready,
    ChampionEnded,
    CultureOff,
    LineWithheld,
    NotOneOfThePair,
    NotTheHead,
    NotYoursToName,
    QuarterDrawnUp,
)
from governance.together.models import CultureCount, CultureLine, CultureQuarter
from portal import clock
from portal.attention.models import Reminder
from portal.errors import Invalid
from portal.people.models import Unit
from portal.record.models import AuditEntry
from risks import concerns
from risks.models import Concern
from tests.factories.governance import at_a_gate, make_initiative

Q2, PAGE = date(2026, 4, 1), "/governance/culture/"


def on(month, day):
    return clock.stopped(datetime(2026, month, day, 10, tzinfo=UTC))


def told(unit, people=40, sent=40, reported=11, trained=20, first=Q2):
    return Told(unit.pk, first, {"people": people, "phishing_sent": sent, "phishing_reported": reported, "trained": trained})


@pytest.fixture
def pair(person):
    return person("CIO"), person("CISO")


@pytest.fixture
def agreed(pair):
    with on(5, 4):
        for leader in pair:
            culture.say(True, actor=leader)
    return pair


@pytest.fixture
def head(company, person):
    found = person("HEAD", unit=company.northfield)
    Unit.objects.filter(pk=company.northfield.pk).update(head=found)
    return found


@pytest.fixture
def second(company, person, agreed, head):
    """The second quarter of 2026: Northfield has 40 people, Finance 25, Eastmere 8. Drawn up on 15 July."""
    analyst = person("ANALYST")
    with on(5, 20):
        first, _late = (
            concerns.raise_one(actor=head, text=text, unit=company.northfield, is_anonymous=anonymous)
            for text, anonymous in (("A door stands open", False), ("Somebody shares a password", True))
        )
        one = make_initiative(unit=company.northfield, by=agreed[0], title="New presses")
        at_a_gate(one)
        asked = list(Criterion.objects.filter(gate__initiative=one).order_by("pk")[:3])
        for criterion, said_before in zip(asked, (None, datetime(2026, 5, 19, tzinfo=UTC), None), strict=True):
            criterion.it_at, criterion.it_by, criterion.security_at = clock.now(), head, said_before
            criterion.save()
    with on(5, 23):
        concerns.answer(first, "It is shut now.", actor=analyst)
    with on(7, 6):
        rows = [told(company.northfield), told(company.eastmere, 8, 8, 2, 3), told(company.finance, 25, 25, 9, 21)]
        assert culture_counts.take_in(rows, actor=analyst) == 3
        assert culture_counts.take_in(rows, actor=analyst) == 0
    with on(7, 14):
        assert culture.draw_up_due() is None
    with on(7, 15):
        found = culture.draw_up_due()
        assert culture.draw_up_due() is culture.draw_up(Q2) is None
    return found


def line_of(unit):
    return CultureLine.objects.select_related("unit", "quarter").get(unit=unit)


def test_small_groups_are_withheld_with_so_many_others_that_no_sum_tells_them():
    assert culture_groups.withheld({1: 9, 2: 30, 3: 12}) == {1, 3}
    assert culture_groups.withheld({1: 3, 2: 4, 3: 50, 4: 20}) == {1, 2, 4}
    assert culture_groups.withheld({1: 30, 2: 10}) == frozenset()
    assert culture_groups.withheld({1: None, 2: 30}) == {1, 2}
    assert culture_groups.withheld({1: 5}) == {1}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(1, 40), st.none() | st.integers(0, 40), max_size=9))
def test_no_sum_of_what_is_withheld_is_that_of_a_small_group(people):
    hidden = culture_groups.withheld(people)

    assert all(people[pk] is not None and people[pk] >= 10 for pk in people.keys() - hidden)
    if hidden and hidden != people.keys():
        assert len(hidden) >= 2 and sum(people[pk] or 0 for pk in hidden) >= 10


def test_quarters_are_named_by_their_first_day():
    days = [quarters.of(date(2026, month, 28)) for month in (1, 3, 4, 9, 12)]
    assert days == [date(2026, 1, 1), date(2026, 1, 1), Q2, date(2026, 7, 1), date(2026, 10, 1)]
    assert [quarters.following(date(2026, 10, 1)), quarters.before(date(2026, 1, 1))] == [date(2027, 1, 1), date(2025, 10, 1)]
    assert (quarters.following(Q2), quarters.before(Q2), quarters.word(Q2)) == (date(2026, 7, 1), date(2026, 1, 1), "Q2 2026")
    assert {quarters.read(one) for one in ("2026-04-01", "Q2 2026", "2026-Q2", " q2 2026 ")} == {Q2}
    assert {quarters.read(one) for one in ("", "2026-04-02", "Q5 2026", "2026", "Q2 20x6", "2026-4-1", "Q2 ٢٠٢٦")} == {None}


def test_a_quarter_is_drawn_up_as_counts_and_told_to_the_heads(company, second, head):
    line = line_of(company.northfield)

    assert (line.people, line.sent, line.reported, line.trained) == (40, 40, 11, 20)
    assert (line.concerns, line.waiting, line.triage_days) == (2, 1, Decimal("3.0"))
    assert (line.answered, line.unprompted) == (3, 2)
    for unit in (company.eastmere, company.finance):  # the small one, and a second one with it
        row = line_of(unit)
        assert row.is_withheld and {getattr(row, name) for name in ("people", "concerns", "sent", "trained")} == {None}
    assert Reminder.objects.filter(recipient=head, kind__startswith=culture.DRAWN_UP).count() == 1
    entries = AuditEntry.objects.filter(verb__startswith="culture.")
    assert set(entries.values_list("verb", flat=True)) == {"culture.said", "culture.counted", culture.DRAWN_UP}
    assert not any({"people", "trained"} & set(params) for params in entries.values_list("params", flat=True))
    for table in ("cultureline", "culturecount", "culturequarter", "cultureconsent"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(f"UPDATE together_{table} SET id = id")


def test_the_head_sees_it_a_week_before_others_and_replies(as_person, company, person, second, head, agreed):
    client, leader = as_person(head), as_person(agreed[0])
    line = line_of(company.northfield)
    reply = f"{PAGE}lines/{line.pk}/reply/"
    with on(7, 15):
        page = client.get(PAGE).text
        assert "Northfield" in page and "<b>11</b>" in page
        assert "open to others from 22" in page and reply in page
        assert "No quarter is open to you yet" in leader.get(PAGE).text
        assert leader.get("/api/v1/culture/").json()["departments"] == []
        assert leader.post(reply, {"text": "Well done"}).status_code == 404
        assert client.post(reply, {"text": "The night shift had no training yet."}).status_code == 302
        assert client.post(reply, {"text": " "}).status_code == 422
        again = {"quarter": "2026-04-01", "unit": company.northfield.pk, "text": "It has one now."}
        found = client.post("/api/v1/culture/reply/", again, content_type="application/json").json()
        assert found["departments"][0]["reply"] == "It has one now."
        assert leader.post("/api/v1/culture/reply/", again, content_type="application/json").status_code == 404
    with on(7, 22):
        page = leader.get(PAGE).text
        assert "It has one now." in page and "2 departments are withheld" in page
        assert reply not in page and "<b>11</b>" in page
        known = leader.get("/api/v1/culture/", {"quarter": "2026-04-01"}).json()
        assert [(row["name"], row["withheld"], row["now"]["trained"]) for row in known["departments"]] == [
            ("Northfield", False, 20),
            ("Eastmere", True, None),
            ("Finance", True, None),
        ]
        assert known["departments"][0]["reply"] == "It has one now."
        assert [leader.get("/api/v1/culture/", {"quarter": told}).status_code for told in ("2026-01-01", "soon")] == [404, 422]
        elsewhere = as_person(person("HEAD", unit=company.finance)).get(PAGE).text
        assert "Northfield" not in elsewhere and "Finance" in elsewhere
        assert as_person(person("COLLEAGUE")).get(PAGE).status_code == 403
        with pytest.raises(NotTheHead):
            culture.reply(line, "So it is", actor=agreed[0])
        Unit.objects.filter(pk=company.finance.pk).update(head=head)
        with pytest.raises(LineWithheld):
            culture.reply(line_of(company.finance), "We are few", actor=head)


def test_nothing_is_counted_or_shown_unless_both_agree(as_person, company, person, pair, second, head):
    cio, ciso = pair
    with pytest.raises(NotOneOfThePair):
        culture.say(True, actor=person("ANALYST"))
    with on(10, 20):
        assert as_person(cio).post(f"{PAGE}consent/", {"agreed": "0"}).status_code == 302
        page = as_person(ciso).get(PAGE).text
        assert "Nothing is counted by department" in page and "Northfield</th>" not in page
        assert culture_page.read(head).rows == []
        assert as_person(head).get("/api/v1/culture/").json()["agreed_since"] is None
        with pytest.raises(CultureOff):
            culture_counts.take_in([told(company.northfield, first=date(2026, 7, 1))], actor=ciso)
        assert culture.draw_up_due() is None
        agreement = {"is_agreed": True}
        for who, status in ((person("ANALYST"), 403), (cio, 200)):
            said = as_person(who).post("/api/v1/culture/agreement/", agreement, content_type="application/json")
            assert said.status_code == status, said.text
        assert culture.draw_up_due() is None  # it was agreed after that quarter had ended
        assert culture_page.read(cio).quarter == Q2
    assert CultureQuarter.objects.count() == 1


def test_counts_come_in_whole_or_not_at_all(company, person, agreed, second):
    analyst = person("ANALYST", unit=company.northfield)
    third = date(2026, 7, 1)
    with on(8, 3):
        for wrong in (
            [],
            [told(company.eastmere, first=third)],  # not in reach
            [told(company.root, first=third)],
            [told(company.northfield, first=third)] * 2,
            [told(company.northfield, first=date(2026, 7, 2))],
            [told(company.northfield, first=date(2026, 10, 1))],
            [told(company.northfield, people=0, trained=0, first=third)],
            [told(company.northfield, sent=3, reported=4, first=third)],
            [told(company.northfield, people=3, trained=4, first=third)],
            [Told(company.northfield.pk, third, {"people": 3})],
            [told(company.northfield, people=True, trained=0, first=third)],
        ):
            with pytest.raises(Invalid):
                culture_counts.take_in(wrong, actor=analyst)
        with pytest.raises(QuarterDrawnUp):
            culture_counts.take_in([told(company.northfield, people=41)], actor=analyst)
        assert culture_counts.take_in([told(company.northfield)], actor=analyst) == 0  # the same again
        assert culture_counts.take_in([told(company.northfield, first=third)], actor=analyst) == 1
        assert culture_counts.take_in([told(company.northfield, people=44, first=third)], actor=analyst) == 1
        assert culture.newest_counts(third)[company.northfield.pk].people == 44


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("quarter,department,people,phishing_sent,phishing_reported,trained,employee name\n", "would tell of single people"),
        ("quarter,department,people,phishing_sent,phishing_reported,trained,colour\n", "is not known here"),
        ("quarter,department,people,phishing_sent,phishing_reported\n", "Give each of these columns once"),
        ("{head}Q3 2026,lena@verrow.example,1,1,1,1\n", "mail address"),
        ("{head}Q3 2026,Nowhere,1,1,1,1\n", "Line 2: name a quarter"),
        ("{head}summer,Finance,1,1,1,1\n", "Line 2: name a quarter"),
        ("{head}Q3 2026,Finance,some,1,1,1\n", "Line 2: give whole numbers"),
        ('{head}"Q3 2026,Finance\n', "Check its quotes"),
        ("", "Bring a CSV"),
    ],
)
def test_a_sheet_that_names_people_or_does_not_fit_is_refused(company, text, says):
    head = "quarter,department,people,phishing_sent,phishing_reported,trained\n"
    with pytest.raises(Invalid) as refused:
        culture_counts.read(BytesIO(text.replace("{head}", head).encode()))

    assert says in refused.value.fields["file"][0]


def test_a_sheet_comes_in_by_page_and_counts_by_api(as_person, company, person, agreed):
    client = as_person(person("ANALYST"))
    sheet = "Department;Quarter;people;phishing_sent;phishing_reported;trained\nfinance;2026-Q2;25;25;9;21\n"
    with on(7, 2):
        for says in ("1 department was told anew.", "nothing changed"):
            sent = client.post(f"{PAGE}counts/", {"file": SimpleUploadedFile("c.csv", sheet.encode())})
            assert says in sent.text
        bad = client.post(f"{PAGE}counts/", {"file": SimpleUploadedFile("c.csv", b"name\nLena\n")})
        assert (bad.status_code, "single people" in bad.text) == (422, True)
        row = {"unit": company.finance.pk, "people": 26, "phishing_sent": 25, "phishing_reported": 9, "trained": 21}
        body = {"quarter": "2026-04-01", "rows": [row]}
        for changed in (1, 0):
            answer = client.post("/api/v1/culture-counts/", body, content_type="application/json")
            assert (answer.status_code, answer.json()) == (200, {"changed": changed})
        for wrong in (row | {"person": "Lena"}, row | {"trained": 27}):
            refused = client.post("/api/v1/culture-counts/", body | {"rows": [wrong]}, content_type="application/json")
            assert refused.status_code == 422, refused.text
        assert client.get("/api/v1/culture-counts/").status_code == 405  # taken in, not given out
        outsider = as_person(person("OWNER")).post("/api/v1/culture-counts/", body, content_type="application/json")
        assert outsider.status_code == 403
    assert CultureCount.objects.count() == 2


def test_a_champion_is_named_by_the_head_or_the_pair_and_may_step_down(as_person, company, person, pair, head):
    worker, other = person("COLLEAGUE", unit=company.northfield), person("OWNER", unit=company.finance)
    client = as_person(head)
    asked = {"unit": company.northfield.pk, "person": worker.pk}

    assert client.post(f"{PAGE}champions/", asked).status_code == 302
    row = champions.name(company.finance, other, actor=pair[1])

    assert worker.name in client.get(PAGE).text
    assert Reminder.objects.filter(recipient=worker, kind__startswith=champions.NAMED).count() == 1
    assert client.post(f"{PAGE}champions/", asked).status_code == 409
    with pytest.raises(ChampionAlready):
        champions.name(company.northfield, worker, actor=head)
    with pytest.raises(NotYoursToName):
        champions.name(company.finance, other, actor=head)
    with pytest.raises(Invalid):
        champions.name(company.northfield, other, actor=head)  # works elsewhere
    with pytest.raises(Invalid):
        champions.name(company.root, worker, actor=pair[0])
    with pytest.raises(NotYoursToName):
        champions.end(row, actor=worker)
    assert champions.end(row, actor=other).ended_by == other  # they step down themselves
    with pytest.raises(ChampionEnded):
        champions.end(row, actor=other)
    assert [one["person"] for one in as_person(pair[0]).get("/api/v1/culture/").json()["champions"]] == [worker.pk]

    api, told = as_person(pair[0]), {"unit": company.finance.pk, "person": other.pk}
    for path, count in (("champions/", 2), ("champions/ending/", 1)):
        found = api.post(f"/api/v1/culture/{path}", told, content_type="application/json")
        assert (found.status_code, len(found.json()["champions"])) == (200, count), found.text
    gone = api.post("/api/v1/culture/champions/ending/", told, content_type="application/json")
    refused = as_person(other).post("/api/v1/culture/champions/", told, content_type="application/json")
    assert (gone.status_code, refused.status_code) == (404, 409)


def test_concerns_are_counted_where_they_were_noticed(company, second):
    assert Concern.objects.filter(unit=company.northfield).count() == 2
    paths = [("/1/4/", 4), ("/1/", 1)]
    assert [culture._place(paths, path) for path in ("/1/4/9/", "/1/5/", "/2/")] == [4, 1, None]
