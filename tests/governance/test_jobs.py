from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from assets.discovery import again, reading
from assets.models import DiscoveryRun
from portal import clock
from portal.people.models import RoleAssignment, User
from portal.record.models import AuditEntry
from portal.webhooks.models import Delivery
from portal.workbench import bulk_edits, bulk_work, imports, jobs, listed, tables, work
from portal.workbench.errors import NothingToTry, NotNow
from portal.workbench.models import BulkEdit, SheetImport
from risks import formula_previews, formula_versions, stale
from risks.models import FormulaPreview, StaleScore
from tests.factories.assets import make_run
from tests.factories.risks import make_risk
from tests.factories.sheets import check, make_csv, make_import, make_line
from tests.factories.webhooks import make_webhook

PLACE, API = "/jobs/", "/api/v1/jobs/"


def seen(user, source=""):
    return {(job.source, job.pk): job for job in jobs.of(user, source=source)}


@pytest.fixture
def analyst(person, company):
    return person("ANALYST", unit=company.northfield)


@pytest.fixture
def refused(analyst):
    """A sheet whose check was given up."""
    one = check(make_import(make_csv(make_line(1)), actor=analyst))
    SheetImport.objects.filter(pk=one.pk).update(state="REFUSED", refusal="It failed again and again.")
    one.refresh_from_db()
    return one


def test_every_room_that_works_behind_the_pages_is_there():
    rooms = {"import", "bulk-edit", "field-renewal", "webhook", "discovery", "scoring", "preview"}
    assert {one.key for one in jobs.sources()} == rooms


def test_an_import_that_was_given_up_is_checked_once_more(client, analyst, refused, person):
    job = seen(analyst)["import", refused.pk]
    assert (job.standing, job.error, job.may_retry, job.who) == ("failed", refused.refusal, True, analyst.name)
    client.force_login(analyst)
    body = client.get(PLACE).content.decode()
    assert "1 job failed" in body and refused.refusal in body

    assert client.post(f"{PLACE}retry/", {"source": "import", "pk": refused.pk}).url == PLACE
    assert seen(analyst)["import", refused.pk].standing == "waiting"
    work.work_waiting()
    refused.refresh_from_db()
    assert refused.state == "CHECKED"
    assert AuditEntry.objects.filter(verb="import.tried_again", subject_id=refused.pk, actor=analyst).count() == 1
    assert ("import", refused.pk) not in seen(analyst)  # it waits for its owner now, not for a worker
    assert client.post(f"{PLACE}retry/", {"source": "import", "pk": refused.pk}).status_code == 409

    stranger = person("ANALYST")
    assert seen(stranger, "import") == {}
    with pytest.raises(Http404):
        jobs.retry("import", refused.pk, actor=stranger)
    for wrong in ({"source": "nothing", "pk": 1}, {"source": "scoring", "pk": 1}, {"source": "import", "pk": "x"}, {}):
        assert client.post(f"{PLACE}retry/", wrong).status_code == 409
    assert not imports.may_try_again(refused)


def test_a_change_of_many_rows_that_was_given_up_goes_on_and_writes_nothing_unseen(client, analyst, company, person):
    risks = [make_risk(unit=company.northfield, title=title) for title in ("Fire", "Flood")]
    kind = listed.of_kind("risk")
    edit = bulk_edits.start(kind, actor=analyst, question=tables.asked(kind, {}))
    bulk_edits.settle(edit, actor=analyst, fields={"category": "PEOPLE"})
    bulk_work.work(edit.pk)
    with pytest.raises(NotNow):
        jobs.retry("bulk-edit", edit.pk, actor=analyst)  # nothing was given up
    given_up = {"state": "REFUSED", "refusal": "It failed again and again.", "attempts": 6}
    BulkEdit.objects.filter(pk=edit.pk).update(**given_up)
    edit.rows.filter(subject_id=risks[0].pk).update(outcome="DONE")

    job = seen(analyst)["bulk-edit", edit.pk]
    assert (job.standing, job.error, job.may_retry) == ("failed", given_up["refusal"], True)
    client.force_login(analyst)
    assert "Try again" in client.get(f"/lists/bulk-edits/{edit.pk}/").content.decode()
    assert client.post(f"{PLACE}retry/", {"source": "bulk-edit", "pk": edit.pk}).status_code == 302
    bulk_work.work(edit.pk)
    edit.refresh_from_db()
    assert (edit.state, dict(edit.rows.values_list("subject_id", "outcome"))) == (
        "CHECKED",
        {risks[0].pk: "DONE", risks[1].pk: "FITS"},
    )
    assert AuditEntry.objects.filter(verb="bulk_edit.tried_again", subject_id=edit.pk, actor=analyst).count() == 1

    BulkEdit.objects.filter(pk=edit.pk).update(state="APPLIED", refusal="Undoing failed.", applied_at=clock.now())
    jobs.retry("bulk-edit", edit.pk, actor=analyst)
    assert BulkEdit.objects.get(pk=edit.pk).state == "UNDOING"
    BulkEdit.objects.filter(pk=edit.pk).update(**given_up)
    with pytest.raises(Http404):
        jobs.retry("bulk-edit", edit.pk, actor=person("ANALYST"))
    RoleAssignment.objects.filter(user=analyst).update(ended_at=clock.now())
    analyst = User.objects.get(pk=analyst.pk)
    with pytest.raises((PermissionDenied, Http404)):
        jobs.retry("bulk-edit", edit.pk, actor=analyst)
    assert BulkEdit.objects.get(pk=edit.pk).state == "REFUSED"


def test_a_run_that_was_given_up_is_read_once_more_and_an_unreadable_one_is_not(analyst, company, person):
    run = make_run(unit=company.northfield, actor=analyst)
    DiscoveryRun.objects.filter(pk=run.pk).update(state="REFUSED", refusal={"code": "gave-up"}, attempts=6)
    assert seen(analyst)["discovery", run.pk].may_retry
    assert seen(person("ANALYST", unit=company.eastmere), "discovery") == {}
    assert not seen(person("AUDITOR"))["discovery", run.pk].may_retry

    jobs.retry("discovery", run.pk, actor=analyst)
    reading.read_waiting()
    assert seen(analyst)["discovery", run.pk].standing == "done"

    DiscoveryRun.objects.filter(pk=run.pk).update(state="REFUSED", refusal={"code": "unreadable-discovery"})
    job = seen(analyst)["discovery", run.pk]
    assert (job.standing, job.may_retry, bool(job.error)) == ("failed", False, True)
    with pytest.raises(again.NotGivenUp):
        jobs.retry("discovery", run.pk, actor=analyst)


def test_scores_and_previews_that_were_given_up_are_told(analyst, company, person):
    stale.mark_risks([make_risk(unit=company.northfield).pk, make_risk(unit=company.northfield).pk], "risk.logged")
    first = StaleScore.objects.order_by("pk").first()
    StaleScore.objects.filter(pk=first.pk).update(attempts=stale.MOST_ATTEMPTS)
    assert [(job.standing, job.may_retry) for job in jobs.of(analyst, source="scoring")] == [("failed", True), ("running", False)]
    assert jobs.of(person("BOARD"), source="scoring") == []
    auditor = person("AUDITOR")
    assert not any(job.may_retry for job in jobs.of(auditor, source="scoring"))
    for reader, refusal in ((auditor, PermissionDenied), (person("HEAD"), Http404)):
        with pytest.raises(refusal):
            jobs.retry("scoring", 1, actor=reader)
    jobs.retry("scoring", 1, actor=analyst)
    assert [job.standing for job in jobs.of(analyst, source="scoring")] == ["running"]
    with pytest.raises(NothingToTry):
        jobs.retry("scoring", 1, actor=analyst)

    version = formula_versions.draft({"base_points": "3.5"}, "Levels weigh more.", actor=analyst)
    preview = formula_previews.newest(version)
    FormulaPreview.objects.filter(pk=preview.pk).update(finished_at=None, attempts=5, error="KeyError", total=4, done=1)
    job = seen(analyst)["preview", preview.pk]
    assert (job.standing, job.error, job.may_retry) == ("failed", "KeyError", True)
    FormulaPreview.objects.filter(pk=preview.pk).update(attempts=0)
    assert seen(analyst)["preview", preview.pk].percent == 25
    jobs.retry("preview", preview.pk, actor=analyst)
    assert formula_previews.newest(version).finished_at


def test_a_webhook_that_is_not_taken_is_told_to_administrators_and_hurried(client, person, company):
    admin, machine = person("ADMIN"), person("INTEGRATION")
    one = make_webhook(machine, actor=admin, failing_since=clock.now())
    later = clock.now() + timedelta(hours=5)
    Delivery.objects.create(subscription=one, seq=1, verb="risk.changed", attempts=3, next_attempt_at=later)
    client.force_login(admin)

    assert [row["source"] for row in client.get(API).json()["results"]] == ["webhook"]
    told = client.post(f"{API}retry/", {"source": "webhook", "id": one.pk}, content_type="application/json")
    assert told.status_code == 200 and told.json()["results"][0]["may_retry"] is True
    assert Delivery.objects.get().next_attempt_at < later
    wrong = client.post(f"{API}retry/", {"source": "webhook", "id": 0}, content_type="application/json")
    assert wrong.status_code == 422
    assert seen(person("ANALYST")) == {}


def test_the_list_asks_as_often_whatever_there_is(client, analyst, refused, company, django_assert_max_num_queries):
    for number in range(3):
        make_run(unit=company.northfield, actor=analyst, source=f"nmap-{number}")
    analyst.has_perm("risks.view_risk")

    with django_assert_max_num_queries(6):
        assert len(jobs.of(analyst)) >= 4
