"""What a system is made of: read from CycloneDX, compared with the list before."""

import io
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from assets import components, inventory
from assets.errors import Archived, NoBillOfMaterials, OutOfReach
from assets.models import Component, ComponentList
from portal.record.models import AuditEntry
from tests.factories.assets import make_asset


def part(name="openssl", version="3.0.1", **fields):
    purl = f"pkg:generic/acme/{name}@{version}?arch=arm"
    return {"type": "library", "name": name, "version": version, "purl": purl} | fields


def bill(*parts, spec="1.5", **fields):
    rows = list(parts) or [part(), part("zlib", "1.2.11")]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": spec, "components": rows} | fields).encode()


def take(asset, content, actor=None):
    return components.take_in(io.BytesIO(content), asset, actor=actor)


def told(asset):
    rows = asset.components.order_by("name").values_list("name", "versions", "versions_before", "change")
    return [row for row in rows if row[3] or asset.components.get(name=row[0]).archived_at is None]


def test_a_newer_list_shows_the_difference_and_the_same_one_changes_nothing(company, person):
    asset, actor = make_asset(unit=company.northfield, kind="APPLICATION"), person("ENGINEER", unit=company.northfield)
    first = take(asset, bill(part(components=[part("busybox", "1.36")]), part("zlib", "1.2.11")), actor)
    assert told(asset) == [("busybox", "1.36", "", ""), ("openssl", "3.0.1", "", ""), ("zlib", "1.2.11", "", "")]
    assert (first.listing.component_count, first.listing.added_count) == (3, 0)
    newer = bill(part(version="3.0.9"), part(version="3.2.0"), part("curl", "8.1"), part("busybox", "1.36"))

    second = take(asset, newer, actor)

    assert told(asset) == [
        ("busybox", "1.36", "", ""),
        ("curl", "8.1", "", "ADDED"),
        ("openssl", "3.0.9, 3.2.0", "3.0.1", "CHANGED"),
        ("zlib", "1.2.11", "", "GONE"),
    ]
    before = list(Component.objects.order_by("pk").values())
    assert not take(asset, newer, actor).is_new
    assert (list(Component.objects.order_by("pk").values()), ComponentList.objects.count()) == (before, 2)
    assert AuditEntry.objects.filter(verb="asset.components-taken-in").latest("pk").params == {
        "components": 3,
        "added": 1,
        "changed": 1,
        "gone": 1,
    }
    assert second.is_new and [one.change for one in Component.objects.filter(name="zlib")] == ["GONE"]
    take(asset, bill(part("zlib", "1.3")), actor)
    assert Component.objects.get(name="zlib").change == "ADDED" and Component.objects.get(name="curl").change == "GONE"


@pytest.mark.parametrize("spec", ["1.2", "1.3", "1.4", "1.5", "1.6"])
def test_every_version_from_1_2_to_1_6_is_read(spec, company):
    assert take(make_asset(unit=company.northfield), bill(spec=spec)).listing.spec_version == spec


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<bom/>",
        b"[]",
        b'{"spdxVersion": "SPDX-2.3"}',
        b"[" * 100_000,
        bill(spec="1.1"),
        bill(spec=1.5),
        bill(components=[]),
        bill(components="none"),
        bill(components=["none"]),
        bill({"type": "library"}),
    ],
)
def test_what_is_no_bill_of_materials_is_refused_whole(company, content):
    with pytest.raises(NoBillOfMaterials) as refused:
        take(make_asset(unit=company.northfield), content)

    assert refused.value.fields["file"] and not Component.objects.exists()


def test_each_refusal_and_both_doors(company, person, client):
    asset = make_asset(unit=company.northfield)
    for error, act in (
        (PermissionDenied, lambda: take(asset, bill(), person("OWNER"))),
        (OutOfReach, lambda: take(asset, bill(), person("ENGINEER", unit=company.eastmere))),
        (Archived, lambda: take(inventory.archive(make_asset(unit=company.northfield), actor=None), bill())),
    ):
        with pytest.raises(error):
            act()
    client.force_login(person("ENGINEER", unit=company.northfield))
    here = f"/assets/inventory/{asset.pk}/components/"

    assert "Nobody said yet" in client.get(here).text
    assert client.post(here, {"file": SimpleUploadedFile("bom.json", b"{}")}).status_code == 422
    assert client.post(here, {"file": SimpleUploadedFile("bom.json", bill())}).status_code == 302
    assert "It is made of 2 components" in client.get(here).text
    base = f"/api/v1/assets/{asset.pk}"
    sent = [client.post(f"{base}/component-lists/", {"file": SimpleUploadedFile("b.json", bill(part()))}) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 200]
    assert [(one["name"], one["change"]) for one in client.get(f"{base}/components/").json()] == [("openssl", ""), ("zlib", "GONE")]
    assert "The newest list changed nothing" not in client.get(f"{here}?show=changed").text
