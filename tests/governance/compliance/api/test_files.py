"""What the pages of compliance hand out, the API hands out as well, to the same readers."""

import csv
import io
import zipfile

from governance.compliance import crosswalks, frameworks, profiles, ratings, statements
from governance.compliance.models import Framework
from portal import clock
from tests.factories.compliance import make_framework, stream_of
from tests.house.world import BACKEND


def test_the_api_hands_out_what_the_pages_do(client, person, company):
    frameworks.add_shipped()
    csf, iso = (Framework.objects.get(key=key) for key in ("nist-csf", "iso-27001"))
    walk, _new = crosswalks.take_in(stream_of("source,target,relationship\nGV.OC-01,4.1,subset\n"), actor=None)
    profile = profiles.open_one(csf, company.northfield, actor=None)
    one = profile.practices.get(requirement__identifier="GV.RM-02")
    profiles.aim(one, actor=None, version=None, owner="IT", target_level=3, note="")
    ratings.rate(one, "IT", 2, actor=None, reason="Seen")
    statement = statements.open_one(make_framework(1, 2, kind="control"), company.northfield, actor=None)
    twins = [
        (f"/api/v1/frameworks/{csf.pk}/oscal/", f"/governance/frameworks/{csf.pk}/oscal/", "application/json"),
        (f"/api/v1/frameworks/{csf.pk}/csv/", f"/governance/frameworks/{csf.pk}/csv/", "text/csv; charset=utf-8"),
        (f"/api/v1/profiles/{profile.pk}/oscal/", f"/governance/profiles/{profile.pk}/oscal/", "application/json"),
        (f"/api/v1/profiles/{profile.pk}/csv/", f"/governance/profiles/{profile.pk}/csv/", "text/csv; charset=utf-8"),
        (f"/api/v1/statements/{statement.pk}/xlsx/", f"/governance/statements/{statement.pk}/xlsx/", None),
        (f"/api/v1/statements/{statement.pk}/pdf/", f"/governance/statements/{statement.pk}/pdf/", "application/pdf"),
    ]
    more = [f"/api/v1/profiles/{profile.pk}/strip/", f"/api/v1/crosswalks/{walk.pk}/pairs/"]

    client.force_login(person("AUDITOR"), backend=BACKEND)
    with clock.stopped(clock.now()):
        for api, page, kind in twins:
            told, shown = client.get(api), client.get(page)
            assert (told.status_code, kind or told["Content-Type"]) == (200, told["Content-Type"])
            if kind == "application/json":
                assert told.json() == shown.json()
            else:
                assert whole(told) == whole(shown)
    sheet = list(csv.DictReader(io.StringIO(whole(client.get(twins[3][0])).decode())))
    assert next(row["it_level"] for row in sheet if row["identifier"] == "GV.RM-02") == "2"
    strip, pairs = (client.get(address).json() for address in more)
    [govern] = [group for group in strip["groups"] if group["identifier"] == "GV"]
    [part] = [part for part in govern["parts"] if part["identifier"] == "GV.RM"]
    assert (part["current"], part["target"], part["below"], strip["whole"]["count"]) == ("2.0", "3.0", 1, 106)
    assert (len(strip["trend"]), strip["trend"][-1]["mean"], strip["trend"][0]["mean"]) == (13, "2.00", None)
    rows = client.get(f"/api/v1/practices/?profile={profile.pk}&part={part['requirement']}").json()["results"]
    assert [row["identifier"] for row in rows] == [f"GV.RM-0{number}" for number in range(1, 8)]
    assert [(row["source_identifier"], row["target_identifier"], row["relationship"]) for row in pairs] == [
        ("GV.OC-01", "4.1", "SUBSET")
    ]

    client.force_login(person("COLLEAGUE"), backend=BACKEND)
    assert {client.get(address).status_code for address in (*more, *(api for api, _page, _kind in twins))} == {403}
    client.force_login(person("ANALYST", unit=company.eastmere), backend=BACKEND)
    theirs = [
        address for address in (*more, *(api for api, _page, _kind in twins)) if "profiles" in address or "statements" in address
    ]
    assert ({client.get(address).status_code for address in theirs}, len(theirs)) == ({404}, 5)
    assert iso.assessable_count > 93


def whole(response):
    """The bytes; of a workbook those of its parts, for a zip says of each when it was packed."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
