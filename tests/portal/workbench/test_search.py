import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.models import Asset
from portal.people import tokens
from portal.talk import comments
from portal.talk.models import Comment
from portal.workbench import searching, snippets
from portal.workbench.models import SearchEntry
from risks import register
from risks.models import Risk
from tests.factories.assets import make_asset
from tests.factories.governance import make_decision
from tests.factories.portal import make_user
from tests.factories.risks import make_control, make_evidence, make_risk
from tests.factories.talk import make_comment, make_place

PLACE, API = "/search/", "/api/v1/search/"


def labels(found):
    return [hit.label for hit in found.hits]


@pytest.mark.parametrize(
    "asked",
    ["Müllers", "mullers", "muellers", "MÜLLERS", "Mu\u0308llers", "müll", "werkstrasse müller", "Werkstraße", "fraesmaschine"],
)
def test_words_are_found_however_their_letters_are_typed(person, company, asked):
    make_asset("Müllers Fräsmaschine", unit=company.northfield, location="Werkstraße 7")

    assert labels(searching.find(person("CIO"), asked)) == ["Müllers Fräsmaschine"]


def test_a_word_typed_without_its_umlaut_is_found_where_it_stands_that_way(person, company):
    make_asset("Mueller press", unit=company.northfield)

    assert labels(searching.find(person("CIO"), "Müller")) == ["Mueller press"]


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("policies", True),
        ("policy", True),
        ("IT policy", True),
        ("polic", True),
        ("policy hacksaw", False),
        ("line-control", True),
        ("!!!", False),
    ],
)
def test_every_word_must_occur_and_its_beginning_will_do(person, company, asked, is_found):
    make_risk(unit=company.northfield, title="IT policies lapse", cause="The line–control was moved")

    assert len(searching.find(person("CIO"), asked).hits) == is_found


@pytest.mark.parametrize("typed", ["R-0017", "R-0017 ", "r17", "R 17", "r-17"])
def test_what_is_typed_as_a_number_comes_first(person, company, typed):
    for number, title in (("R-0017", "Fork lift"), ("R-0018", "See R-0017, R 17 and r17"), ("R-0170", "Hoist")):
        make_risk(unit=company.northfield, number=number, title=title)

    found = searching.find(person("CIO"), typed)

    assert [hit.number for hit in found.hits] == ["R-0017", "R-0018"]


def test_counts_and_excerpts_are_of_what_one_may_open(person, company):
    make_risk(unit=company.northfield, title="Palegrave fails")
    make_risk(unit=company.eastmere, title="Palegrave burns")
    make_risk(unit=company.northfield, title="Palegrave leaks", is_confidential=True)
    make_asset("Palegrave press", unit=company.northfield)

    def seen(role, **fields):
        found = searching.find(person(role, **fields), "palegrave")
        return sorted(labels(found)), {tab.kind: tab.count for tab in found.tabs}, found.total

    everything = ["Palegrave burns", "Palegrave fails", "Palegrave leaks", "Palegrave press"]
    assert seen("CIO") == (everything, {"risk": 3, "asset": 1}, 4)
    assert seen("ANALYST", unit=company.northfield) == (["Palegrave fails", "Palegrave press"], {"risk": 1, "asset": 1}, 2)
    assert seen("BOARD") == (["Palegrave burns", "Palegrave fails"], {"risk": 2}, 2)
    assert seen("ADMIN") == ([], {}, 0)


def test_the_index_follows_whoever_writes(company, person):
    cio, risk = person("CIO"), make_risk(unit=company.northfield, title="Gantry falls")
    register.change(risk, actor=cio, version=risk.version, title="Derrick falls")
    assert labels(searching.find(cio, "gantry")) == []
    assert labels(searching.find(cio, "derrick")) == ["Derrick falls"]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE risks_risk SET title = 'Bulldozer falls' WHERE id = %s", [risk.pk])
    assert labels(searching.find(cio, "bulldozer")) == ["Bulldozer falls"]

    entry = SearchEntry.objects.get(kind="risk", subject_id=risk.pk)
    Risk.objects.filter(pk=risk.pk).update(version=risk.version + 5)
    assert SearchEntry.objects.get(kind="risk", subject_id=risk.pk).pk == entry.pk  # nothing to read anew

    asset = make_asset("Crusher", unit=company.northfield)
    Asset.objects.filter(pk=asset.pk).update(archived_at="2026-01-01T00:00:00Z")
    assert labels(searching.find(cio, "crusher")) == []
    Asset.objects.filter(pk=asset.pk).update(archived_at=None)
    assert labels(searching.find(cio, "crusher")) == ["Crusher"]


def test_what_has_no_page_of_its_own_leads_to_the_page_it_stands_on(person, company):
    control = make_control(unit=company.northfield)
    make_evidence(control, actor=person("CISO"), title="Hoist inspected")

    (hit,) = searching.find(person("CIO"), "hoist").hits

    assert (hit.word, hit.url) == ("evidence", f"/risks/controls/{control.pk}/")


def test_a_thing_comes_before_what_was_said_about_it(person, company):
    cio = person("CIO")
    risk = make_risk(unit=company.northfield, title="Kiln cracks", cause="A zamboni hits it")
    make_comment(risk, "zamboni", by=cio)

    assert [hit.kind for hit in searching.find(cio, "zamboni").hits] == ["risk", "comment"]


def test_what_was_said_is_found_as_what_it_is_about_by_whoever_may_open_that(client, person, company):
    cio, ciso = person("CIO"), person("CISO")
    open_one, secret = (
        make_risk(unit=company.northfield, title=title, is_confidential=title == "Secret") for title in ("Open", "Secret")
    )
    privileged = make_decision(unit=company.northfield, by=cio, title="Under counsel")
    press = make_asset("Press", unit=company.northfield)
    for one in (open_one, secret, privileged, press):
        comment = make_comment(one, "The <b>zamboni</b> leaks", by=cio)
    type(privileged).objects.filter(pk=privileged.pk).update(is_privileged=True)

    def seen(reader, **asked):
        found = searching.find(reader, "zamboni", **asked)
        return sorted((hit.number, hit.label) for hit in found.hits), found.total

    risks, asset = [(one.number, one.title) for one in (open_one, secret)], (press.number, press.name)
    assert seen(ciso) == (sorted([asset, *risks]), 3)
    assert seen(person("BOARD")) == (risks[:1], 1)
    assert (seen(person("ADMIN")), seen(ciso, kind="risk")) == (([], 0), ([], 0))
    assert seen(ciso, scopes=["comments:read", "assets:read"]) == ([asset], 1)
    assert seen(ciso, scopes=["assets:read", "risks:read"]) == ([], 0)
    client.force_login(cio)
    body = client.get(PLACE, {"q": "zamboni"}).content.decode()
    assert f'href="/about/comments/{comment.pk}/"' in body
    assert "&lt;b&gt;<mark>zamboni</mark>" in body
    assert client.get(f"/about/comments/{comment.pk}/").status_code == 200

    said = Comment.objects.about("risk", open_one.pk).get()
    comments.change(make_place(open_one), said, "Dry", actor=cio, version=1, mentions=())
    assert seen(person("BOARD")) == ([], 0)


def test_people_and_units_are_found_by_name_where_one_may_go_on_from_there(client, person, company):
    ruth = make_user("Ruth Quillfeather", unit=company.northfield)
    make_user("Gone Quillfeather", is_active=False)

    def seen(role, words):
        hits = searching.find(person(role) if role else make_user(), words).hits
        return [(hit.kind, hit.label, hit.url) for hit in hits if hit.kind in ("user", "unit")]

    assert seen("ADMIN", "quillfeather") == [("user", ruth.name, f"/people/{ruth.pk}/")]
    assert seen("ANALYST", "quillf") == [("user", ruth.name, f"/risks/register/?owner={ruth.pk}")]
    assert (seen("", "quillfeather"), seen("", "northfield"), seen("ANALYST", ruth.email)) == ([], [], [])
    assert seen("COLLEAGUE", "northfield") == [("unit", "Northfield", f"/people/units/#unit-{company.northfield.pk}")]
    client.force_login(person("ANALYST"))
    assert f"/risks/register/?owner={ruth.pk}" in client.get("/palette/", {"q": "quillfeather"}).content.decode()


def test_pages_are_whole_and_end(person, company, django_assert_num_queries):
    cio = person("CIO")
    for number in range(7):
        make_asset(f"Winch {number}", unit=company.northfield)
        make_risk(unit=company.northfield, title=f"Winch {number} breaks")
    cio.has_perm("risks.view_risk")

    with django_assert_num_queries(3):
        pages = [searching.find(cio, "winch", page=1, size=5)]
    pages += [searching.find(cio, "winch", page=page, size=5) for page in (2, 3, 4)]

    assert [len(page.hits) for page in pages] == [5, 5, 4, 0]
    assert len({(hit.kind, hit.subject_id) for page in pages for hit in page.hits}) == 14
    assert [page.has_more for page in pages] == [True, True, False, False]
    with django_assert_num_queries(2):
        assert len(searching.first(cio, "winch", 8)) == 8


def test_the_page_narrows_by_kind_and_marks_what_was_looked_for(client, person, company):
    risk = make_risk(unit=company.northfield, title="Fork lift tips", cause="The <b>lift</b> is overloaded")
    make_asset("Lift", unit=company.northfield)
    client.force_login(person("CIO"))

    body = client.get(PLACE, {"q": "lift"}).content.decode()
    assert f'href="/risks/register/{risk.pk}/"' in body or f'/{risk.pk}/"' in body
    assert "&lt;b&gt;<mark>lift</mark>" in body
    assert "?q=lift&amp;kind=asset" in body

    response = client.get(PLACE, {"q": "lift", "kind": "asset"}, headers={"HX-Request": "true"})
    assert [hit.kind for hit in response.context["found"].hits] == ["asset"]
    assert "<html" not in response.content.decode()
    assert "holds “nowhere”" in client.get(PLACE, {"q": "nowhere"}).content.decode()
    assert client.get(PLACE, {"q": "lift", "page": "x", "kind": "\x00"}).status_code == 200
    client.logout()
    assert client.get(PLACE).status_code == 302


def test_the_api_finds_within_the_scopes_of_a_token(client, person, company):
    make_risk(unit=company.northfield, title="Jib crane fails")
    make_asset("Jib crane", unit=company.northfield)
    machine, admin = person("INTEGRATION"), person("ADMIN")

    def ask(scopes, **asked):
        _token, secret = tokens.issue(machine, "x", scopes, actor=admin)
        return client.get(API, asked, headers={"Authorization": f"Bearer {secret}"})

    found = ask(["search:read", "risks:read", "assets:read"], q="jib").json()
    assert found["counts"] == [{"kind": "asset", "count": 1}, {"kind": "risk", "count": 1}]
    assert {row["label"] for row in found["results"]} == {"Jib crane", "Jib crane fails"}
    assert [row["kind"] for row in ask(["search:read", "assets:read"], q="jib").json()["results"]] == ["asset"]
    assert ask(["assets:read"], q="jib").status_code == 403
    assert [ask(["search:read"], **asked).status_code for asked in ({}, {"q": "x", "kind": "y"}, {"q": "x", "page": "0"})] == [
        422
    ] * 3


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=400), st.lists(st.text(min_size=1, max_size=8), max_size=4))
def test_an_excerpt_is_a_piece_of_the_text(text, stems):
    pieces = snippets.excerpt(text, stems)
    told = "".join(words for words, _is_hit in pieces)

    assert told.removeprefix("… ").removesuffix(" …") in " ".join(text.split())
    assert len(told) <= snippets.LONGEST + 4


def test_an_excerpt_begins_shortly_before_the_first_hit():
    text = "word " * 100 + "Der Müller mahlt " + "word " * 100

    pieces = snippets.excerpt(text, ["mueller", "muller"])

    assert ("Müller", True) in pieces
    assert pieces[0] == ("… ", False) and pieces[-1] == (" …", False)
