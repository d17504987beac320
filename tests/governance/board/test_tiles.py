"""A tile of Today, taken along: the same numbers, what it is of, and where it is from."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from governance.board import tiles
from governance.compliance import practice_book, profiles
from risks import recompute, stale
from tests.factories.assets import make_asset
from tests.factories.compliance import make_framework
from tests.factories.governance import make_initiative
from tests.factories.portal import make_person
from tests.factories.risks import make_levels, make_risk

pytestmark = pytest.mark.django_db


def _cells(client, key):
    sheet = load_workbook(BytesIO(client.get(reverse("board:tile", args=[key, "xlsx"])).content)).active
    return [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def test_a_tile_is_taken_along_as_a_picture_or_a_sheet_with_its_caption_and_the_way_back(as_person, company, monkeypatch):
    risk = make_risk(unit=company.northfield, title="Nightglass", is_confidential=True)
    make_levels(risk, 5, safety=5)
    stale.mark_risks([risk.pk], "risk.logged")
    while recompute.refresh_batch():
        pass
    profile = profiles.open_one(make_framework(1), company.root, actor=make_person("ANALYST", company=company))
    monkeypatch.setattr(practice_book, "CSF", profile.framework.key)
    leader, board = as_person(make_person("CISO", company=company)), as_person(make_person("BOARD", company=company))
    make_asset(unit=company.northfield)
    make_initiative(unit=company.northfield, by=make_person("HEAD", company=company), live_on=date(2020, 1, 2))
    for key in tiles.KEYS:
        picture = leader.get(reverse("board:tile", args=[key, "png"]))
        assert picture.content[:8] == b"\x89PNG\r\n\x1a\n" and "attachment" in picture["Content-Disposition"]
    assert reverse("board:tile", args=["compliance", "png"]) in leader.get(reverse("board:today")).text
    strip = load_workbook(BytesIO(leader.get(reverse("board:tile", args=["compliance", "xlsx"])).content)).active
    assert ["hr House", "–", "–", 0, 1] in [list(row)[:5] for row in strip.iter_rows(values_only=True)]
    told = {key: _cells(leader, key) for key in ("between", "change", "reviews", "assets")}
    assert "The offices differ on 0 risks" in told["between"] and "Between the two until" in told["between"]
    assert "1 initiative is under way" in told["change"] and told["change"][told["change"].index("Past their day") + 1] == 1
    assert "0 reviews are late" in told["reviews"] and told["assets"][3] == 1 and "In the inventory" in told["assets"]
    today = leader.get(reverse("board:today")).text + leader.get(reverse("change:under-way")).text
    for key, cells in told.items():
        assert any(str(cell).endswith(f"/#{key}") for cell in cells) and any("as of" in str(cell) for cell in cells), key
        assert f'id="{key}"' in today and reverse("board:tile", args=[key, "xlsx"]) in today, key
    colleague = as_person(make_person("COLLEAGUE", company=company))
    for key in told:
        assert colleague.get(reverse("board:tile", args=[key, "png"])).status_code == 404, key
    head = as_person(make_person("ENGINEER", company=company, unit=company.northfield))
    assert head.get(reverse("board:tile", args=["compliance", "png"])).status_code == 404
    sheet = load_workbook(BytesIO(leader.get(reverse("board:tile", args=["safety", "xlsx"])).content)).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert f"{risk.number} Nightglass" in cells and "1 risk can hurt people" in cells
    assert any(str(cell).endswith("/#safety") for cell in cells) and any("as of" in str(cell) for cell in cells)
    shut = load_workbook(BytesIO(board.get(reverse("board:tile", args=["safety", "xlsx"])).content)).active
    assert not any("Nightglass" in str(cell) for row in shut.iter_rows(values_only=True) for cell in row)
    assert leader.get("/tiles/safety.pdf").status_code == leader.get("/tiles/cake.png").status_code == 404
