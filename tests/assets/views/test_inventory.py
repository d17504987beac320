import re

import pytest
from django.urls import reverse

from assets import inventory
from assets.models import Asset, Dependency
from tests.factories.assets import make_asset, make_dependency

HTMX = {"HX-Request": "true"}
LIST = "/assets/inventory/"


@pytest.fixture
def engineer(client, person):
    user = person("ENGINEER")
    client.force_login(user)
    return user


def names(response):
    return re.findall(r'<th scope="row" class="wide"><a href="[^"]+">([^<]+)</a>', response.content.decode())


def answers(**changed):
    return {"name": "PLC-N9", "kind": "OT_DEVICE", "reachability": "INTERNAL", "version": ""} | changed


def test_a_stranger_signs_in_first(client, company):
    assert client.get(LIST).status_code == 302


def test_who_may_not_see_assets_is_told_so(client, person):
    client.force_login(person("COLLEAGUE"))

    assert client.get(LIST).status_code == 403


def test_the_list_shows_what_is_in_sight(client, company, person):
    make_asset("Here", unit=company.northfield)
    make_asset("Elsewhere", unit=company.eastmere)
    client.force_login(person("ENGINEER", unit=company.northfield))

    response = client.get(LIST)

    assert names(response) == ["Here"]
    assert "<h1>1 asset</h1>" in response.content.decode()


def test_what_is_out_of_sight_is_missing_everywhere(client, company, person):
    asset = make_asset("Elsewhere", unit=company.eastmere)
    client.force_login(person("ENGINEER", unit=company.northfield))

    for address in (f"{LIST}{asset.pk}/", f"{LIST}{asset.pk}/edit/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "Elsewhere" not in response.content.decode()
    assert client.post(f"{LIST}{asset.pk}/archiving/").status_code == 404


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("?q=plc-n2", ["PLC-N2"]),
        ("?q=10.20.10.12", ["PLC-N2"]),
        ("?q=siemens", ["PLC-N2"]),
        ("?q=nothing-like-it", []),
        ("?kind=SERVER", ["Historian"]),
        ("?owner=none", ["Historian", "PLC-N2"]),
        ("?owner=me", ["ERP"]),
        ("?purdue=1", ["PLC-N2"]),
        ("?criticality=4", ["ERP"]),
        ("?new_since=2999-01-01", []),
        ("?new_since=2020-01-01", ["ERP", "Historian", "PLC-N2"]),
        ("?state=archived", ["Gone"]),
        ("?sort=-criticality", ["ERP", "PLC-N2", "Historian"]),
        ("?sort=-new", ["PLC-N2", "Historian", "ERP"]),
        ("?kind=SPACESHIP&owner=x&unit=abc&new_since=soon&criticality=9&after=@@@", ["ERP", "Historian", "PLC-N2"]),
        ("?unit=999999", []),
        ("?q=%00", ["ERP", "Historian", "PLC-N2"]),
    ],
)
def test_filters_stand_in_the_address(client, company, engineer, address, shown):
    make_asset("ERP", unit=company.root, kind="APPLICATION", owner=engineer, own_availability=5)
    make_asset("Historian", unit=company.eastmere, kind="SERVER")
    make_asset("PLC-N2", unit=company.northfield, purdue_level="1", vendor="Siemens", ip_address="10.20.10.12", own_safety=3)
    inventory.archive(make_asset("Gone", unit=company.northfield), actor=None)

    assert names(client.get(LIST + address)) == shown


@pytest.mark.parametrize("role", ["ENGINEER", "AUDITOR"])
def test_each_tab_counts_the_rows_it_opens(client, company, person, role):
    user = person(role, unit=company.northfield)
    make_asset("Here", unit=company.northfield)
    make_asset("Mine here", unit=company.northfield, owner=user, kind="SERVER")
    make_asset("Mine elsewhere", unit=company.eastmere, owner=user)
    make_asset("Elsewhere", unit=company.eastmere)
    inventory.archive(make_asset("Gone", unit=company.northfield), actor=None)
    client.force_login(user)

    counts = client.get(LIST).context["counts"]

    tabs = {"all": "", "none": "?owner=none", "plant": "?kind=OT_DEVICE", "mine": "?owner=me"}
    assert counts == {name: len(names(client.get(LIST + address))) for name, address in tabs.items()}


def test_a_unit_means_everything_below_it(client, company, engineer):
    make_asset("Here", unit=company.northfield)
    make_asset("Elsewhere", unit=company.eastmere)

    assert names(client.get(f"{LIST}?unit={company.northfield.pk}")) == ["Here"]
    assert names(client.get(f"{LIST}?unit={company.root.pk}")) == ["Elsewhere", "Here"]


def test_pages_follow_one_another_without_gaps(client, company, engineer):
    inventory.register_many([{"name": f"N{n:03}", "kind": "NETWORK", "unit": company.root} for n in range(120)], actor=None)
    seen, address = [], LIST
    while address:
        response = client.get(address)
        seen += names(response)
        following = response.context["page"].next_url
        address = LIST + following if following else ""

    assert seen == [f"N{n:03}" for n in range(120)]


def test_htmx_gets_the_rows_alone(client, company, engineer):
    make_asset("PLC-N2", unit=company.northfield)

    response = client.get(LIST, headers=HTMX)

    assert response.content.decode().strip().startswith('<section id="rows"')
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("rows", [10, 1000])
def test_the_list_asks_the_same_few_questions_however_long_it_is(client, company, engineer, django_assert_max_num_queries, rows):
    inventory.register_many(
        [{"name": f"N{n}", "kind": "NETWORK", "unit": company.root, "owner": engineer} for n in range(rows)], actor=None
    )
    client.get(LIST)

    with django_assert_max_num_queries(12):
        client.get(LIST)


@pytest.mark.parametrize("links", [2, 200])
def test_the_page_of_an_asset_asks_the_same_few_questions(client, company, engineer, django_assert_max_num_queries, links):
    plc = make_asset("PLC", unit=company.northfield, own_safety=5, mac_address="28:63:36:a1:10:12")
    others = inventory.register_many([{"name": f"N{n}", "kind": "NETWORK", "unit": company.root} for n in range(links)], actor=None)
    Dependency.objects.bulk_create(Dependency(dependent=one, supporting=plc) for one in others)
    address = reverse("assets:asset", args=[plc.pk])
    client.get(address)

    with django_assert_max_num_queries(18):
        client.get(address)


def test_the_page_tells_criticality_with_its_path(client, company, engineer):
    service = make_asset("Order to delivery", unit=company.root, own_availability=5)
    plc = make_asset("PLC-N2", unit=company.northfield, own_availability=2)
    make_dependency(service, plc)

    page = client.get(f"{LIST}{plc.pk}/").content.decode()

    assert "At worst it counts 5 of 5" in page
    assert f'<li><a href="/assets/inventory/{service.pk}/">Order to delivery</a></li>' in page


def test_a_path_through_what_one_may_not_open_names_nothing(client, company, person):
    service = make_asset("Secret order", unit=company.eastmere, own_availability=5)
    plc = make_asset("PLC-N2", unit=company.northfield)
    make_dependency(service, plc)
    client.force_login(person("ENGINEER", unit=company.northfield))

    page = client.get(f"{LIST}{plc.pk}/").content.decode()

    assert "an asset you may not open" in page
    assert "+ 1 you may not open" in page
    assert "Secret order" not in page


# Forms


def test_an_asset_is_registered_by_form(client, company, engineer):
    response = client.post(f"{LIST}new/", answers(unit=company.northfield.pk, own_safety="4", mac_address="28-63-36-A1-10-12"))

    asset = Asset.objects.get(name="PLC-N9")
    assert response.url == f"{LIST}{asset.pk}/"
    assert (asset.own_safety, asset.mac_address, asset.registered_by) == (4, "28:63:36:a1:10:12", engineer)


def test_a_taken_mac_is_told_beside_its_field(client, company, engineer):
    known = make_asset(unit=company.northfield, mac_address="28:63:36:a1:10:12")

    response = client.post(f"{LIST}new/", answers(unit=company.northfield.pk, mac_address="286336a11012"))

    assert response.status_code == 422
    assert known.number in response.context["form"].errors["mac_address"][0]


def test_the_form_offers_only_units_of_ones_own(client, company, person):
    client.force_login(person("ENGINEER", unit=company.northfield))

    response = client.post(f"{LIST}new/", answers(unit=company.eastmere.pk))

    assert list(response.context["form"].errors) == ["unit"]
    assert not Asset.objects.exists()


def test_the_form_changes_an_asset_and_its_history_says_so(client, company, engineer):
    asset = make_asset("PLC-N2", unit=company.northfield)

    response = client.post(f"{LIST}{asset.pk}/edit/", answers(unit=company.northfield.pk, name="PLC-N3", version=1))

    assert response.status_code == 302
    assert "changed: Name <del>" in client.get(f"{LIST}{asset.pk}/").content.decode()


def test_a_stale_form_says_so_and_keeps_what_was_written(client, company, engineer):
    asset = make_asset("PLC-N2", unit=company.northfield)
    inventory.change(asset, actor=None, version=1, zone="Z-1")

    response = client.post(f"{LIST}{asset.pk}/edit/", answers(unit=company.northfield.pk, name="Mine", version=1))

    assert response.status_code == 412
    page = response.content.decode()
    assert "while you were writing" in page
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    shown = {str(one["label"]): (one["before"], one["after"]) for one in response.context["differences"]}
    assert shown == {"Name": ("PLC-N2", "Mine"), "Zone": ("Z-1", "")}
    asset.refresh_from_db()
    assert asset.name == "PLC-N2"


def test_archiving_takes_it_out_of_the_list(client, company, engineer):
    asset = make_asset("PLC-N2", unit=company.northfield)

    response = client.post(f"{LIST}{asset.pk}/archiving/", follow=True)

    assert names(response) == []
    assert "is archived" in response.content.decode()


@pytest.mark.parametrize("address", ["new/", "1/edit/"])
def test_who_may_only_read_gets_no_form(client, person, address):
    client.force_login(person("AUDITOR"))

    assert client.get(LIST + address).status_code == 403


# Dependencies


def test_a_dependency_is_recorded_and_ended_from_the_page(client, company, engineer):
    line, plc = make_asset("Line", unit=company.northfield), make_asset("PLC", unit=company.northfield)

    client.post(f"{LIST}{line.pk}/dependencies/", {"direction": "leans_on", "other": plc.number, "kind": "CONTROLLED_BY"})
    link = Dependency.objects.current().get()
    assert (link.dependent, link.supporting, link.kind) == (line, plc, "CONTROLLED_BY")

    response = client.post(reverse("assets:dependency-removal", args=[link.pk]), {"from": plc.pk})

    assert response.url == f"{LIST}{plc.pk}/"
    assert not Dependency.objects.current().exists()


@pytest.mark.parametrize("other", ["A-9999", "Nothing like it", "Twin", "itself"])
def test_an_unclear_other_end_is_told_in_the_form(client, company, engineer, other):
    line = make_asset("Line", unit=company.northfield)
    make_asset("Twin", unit=company.northfield)
    make_asset("Twin", unit=company.northfield)
    other = line.number if other == "itself" else other

    response = client.post(f"{LIST}{line.pk}/dependencies/", {"direction": "carries", "other": other, "kind": "NEEDS"})

    assert response.status_code == 422
    assert response.context["form"].errors["other"]
