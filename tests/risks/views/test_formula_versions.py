import pytest
from django.urls import reverse

from risks import formula_in_force, formula_previews, formula_versions, formulas, recompute, stale
from risks.models import FormulaVersion
from tests.factories.portal import freshen
from tests.factories.risks import make_levels, make_risk, sign


@pytest.fixture
def risk(company):
    risk = make_risk(unit=company.northfield, title="Press line stops")
    make_levels(risk)
    stale.mark_risks([risk.pk], "test")
    recompute.refresh_batch()
    return risk


def of(name, *args):
    return reverse(f"risks:formula-version{name}", args=args)


def said(form, **changed):
    return {name: form[name].value() or "" for name in form.fields} | {"reason": "Levels weigh more."} | changed


def test_an_analyst_drafts_a_version_sees_what_it_would_change_and_asks_for_signatures(risk, analyst, signed_in):
    client = signed_in(analyst)
    form = client.get(of("-new")).context["form"]
    refused = client.post(of("-new"), said(form, base_points="4.5", criticality_points="0 1 2"))
    assert refused.status_code == 422
    body = refused.content.decode()
    assert "Give a number from 0.5 to 4.0, so that likelihood 5 × impact 5 stays within the scale." in body
    assert "Give 5 numbers, the mildest first." in body

    kept = client.post(of("-new"), said(form, base_points="3.5"))
    row = FormulaVersion.objects.open().get()
    assert kept.url == of("", row.pk)
    page = client.get(kept.url).content.decode()
    assert "This version would move 1 score, none across tolerance" in page
    assert "Press line stops" in page
    assert "1 parameter differs from version 4" in page
    assert "No score falls when something gets worse" in page

    assert client.post(of("-proposal", row.pk)).url == of("", row.pk)
    row.refresh_from_db()
    assert row.state == "PROPOSED"
    assert "2 signatures are missing" in client.get(kept.url).content.decode()
    assert b"See what version 5 would change" in client.get(of("s")).content


def test_a_change_asks_anew_and_a_late_one_keeps_both(risk, analyst, signed_in):
    client = signed_in(analyst)
    row = formula_versions.draft({"base_points": "3.5"}, "Levels weigh more.", actor=analyst)
    form = client.get(of("-change", row.pk)).context["form"]

    client.post(of("-change", row.pk), said(form, base_points="3.6"))
    late = client.post(of("-change", row.pk), said(form, base_points="3.7"))

    assert late.status_code == 412
    assert b"saved this while you were writing" in late.content
    row.refresh_from_db()
    assert row.parameters["base_points"] == "3.6"
    assert client.post(of("-withdrawal", row.pk)).status_code == 302
    assert client.get(of("-change", row.pk)).status_code == 409


def test_the_leaders_sign_on_the_page_of_signatures_and_it_takes_effect(
    risk, analyst, person, signed_in, django_assert_max_num_queries
):
    cio, ciso = person("CIO"), person("CISO")
    row = formula_versions.propose(formula_versions.draft({"base_points": "3.5"}, "Why", actor=analyst), actor=analyst)
    sign(row, cio)
    client = signed_in(ciso)
    freshen(client, ciso)
    shown = client.get(reverse("signing:signatures", args=["formula-version", row.pk]))
    assert "Points for likelihood 1 × impact 1" in shown.content.decode()

    client.post(reverse("signing:signature", args=["formula-version", row.pk]), {"digest": shown.context["panel"].standing.digest})

    assert formula_in_force.now().version == 5
    assert b"1 risk is still to be scored by this version" in client.get(of("", row.pk)).content
    assert client.get(f"/api/v1/formula-versions/{row.pk}/").json()["to_score"] == 1
    recompute.refresh_batch()
    with django_assert_max_num_queries(18):
        assert b"Every score is made by this version" in client.get(of("", row.pk)).content
    assert client.get(f"/api/v1/formula-versions/{row.pk}/").json()["to_score"] == 0
    assert client.post(of("-computation", row.pk)).status_code == 409


def test_while_a_worker_computes_the_page_says_how_far_it_is(risk, analyst, signed_in, monkeypatch):
    monkeypatch.setattr(formula_previews, "AT_ONCE", 0)
    row = formula_versions.draft({"base_points": "3.5"}, "Why", actor=analyst)
    client = signed_in(analyst)

    part = client.get(of("", row.pk), headers={"HX-Request": "true"}).content.decode()
    assert "0 of 1 open risks are scored by it so far" in part
    assert 'hx-trigger="every 2s"' in part
    assert "<html" not in part

    formula_previews.work_waiting()
    done = client.get(of("", row.pk), headers={"HX-Request": "true"}).content.decode()
    assert ("1 scores rise" in done, "hx-trigger" in done) == (True, False)


def test_what_one_may_not_open_is_counted_and_not_named(company, analyst, signed_in):
    for title, hidden in (("Quillfeather", False), ("Nightglass", True)):
        make_levels(make_risk(unit=company.northfield, title=title, is_confidential=hidden))
    row = formula_versions.draft({"base_points": "3.5"}, "Why", actor=analyst)
    client = signed_in(analyst)

    page = client.get(of("", row.pk)).content.decode()
    assert ("Quillfeather" in page, "Nightglass" in page, "+ 1 you may not open" in page) == (True, False, True)
    assert "+ 1 you may not open" not in client.get(of("", row.pk) + "?view=band").content.decode().split("<nav")[-1]


def test_who_may_not_draft_reads_and_changes_nothing(risk, analyst, person, signed_in):
    row = formula_versions.draft({"base_points": "3.5"}, "Why", actor=analyst)
    client = signed_in(person("BOARD"))

    assert client.get(of("", row.pk)).status_code == 200
    for address in (of("-new"), of("-proposal", row.pk), of("-withdrawal", row.pk), of("-computation", row.pk)):
        assert client.post(address).status_code == 403
    assert FormulaVersion.objects.get(pk=row.pk).state == "DRAFTED"
    assert client.get(of("", FormulaVersion.objects.get(number=1).pk)).status_code == 200
    assert formula_in_force.now() == formulas.LATEST


def test_a_portal_whose_formula_lacks_a_rule_says_how_to_take_it_over(analyst, signed_in, monkeypatch):
    client, note = signed_in(analyst), "Under this version a score may fall when a control goes whose evidence ran out."
    pages = [of("s"), *(of("", FormulaVersion.objects.get(number=number).pk) for number in (1, 3, 4))]
    assert [note in client.get(page).content.decode() for page in pages] == [False, False, True, False]

    monkeypatch.setattr(formula_in_force, "now", lambda: formulas.VERSION_3)

    assert note in client.get(of("s")).content.decode()
    form = client.get(of("-new")).context["form"]
    client.post(of("-new"), said(form))  # nothing else is changed
    assert FormulaVersion.objects.open().get().parameters["old_evidence_within_effect"] is True
