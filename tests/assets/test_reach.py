"""What fails with an asset, what carries it, and how that is drawn."""

import itertools

from assets import graph_drawing, reach, reach_book
from tests.factories.assets import make_asset, make_dependency


def chain(company):
    service = make_asset("Order to delivery", unit=company.northfield, kind="BUSINESS_SERVICE", own_availability=5)
    line, plc = make_asset("Line", unit=company.northfield), make_asset("PLC", unit=company.northfield)
    power = make_asset("Power", unit=company.eastmere)
    make_dependency(service, line)
    make_dependency(line, plc)
    make_dependency(plc, line)
    make_dependency(plc, power)
    make_dependency(service, plc)
    return service, line, plc, power


def test_what_fails_is_told_with_steps_and_what_leads_there_and_cycles_end(company, person):
    service, line, plc, power = chain(company)
    reader = person("ENGINEER", unit=company.northfield)

    up, down, _links = reach.both_sides(plc, reader)

    assert [(one.asset, one.depth, one.through) for one in up.steps] == [(line, 1, [plc]), (service, 1, [plc])]
    assert (up.count, up.service_count, up.hidden_count, up.is_whole) == (2, 1, 0, True)
    assert (down.steps, down.hidden_count) == ([], 1)
    leader = person("CIO")
    assert [(one.asset, one.depth) for one in reach.both_sides(service, leader)[1].steps] == [(line, 1), (plc, 1), (power, 2)]
    assert [one.through for one in reach.both_sides(power, leader)[0].steps if one.asset == line] == [[plc]]


def test_more_than_can_be_walked_is_told(company, person, monkeypatch):
    service, *_rest = chain(company)
    monkeypatch.setattr(reach, "MOST_ROWS", 2)

    assert not reach.supports([service.pk]).is_whole


def test_what_lies_deeper_than_one_walks_is_told(company, monkeypatch):
    service, *_rest = chain(company)
    monkeypatch.setattr(reach, "DEEPEST", 2)

    walk = reach.supports([service.pk])

    assert max(walk.depths[service.pk].values()) == 2 and not walk.is_whole


def test_of_more_than_is_shown_the_nearest_stand_and_nobody_is_told_they_may_not_open_the_rest(company, person, monkeypatch):
    service, line, *_farther = chain(company)
    monkeypatch.setattr(reach, "MOST_SHOWN", 1)
    leader, reader = person("CIO"), person("ENGINEER", unit=company.northfield)

    down = reach.both_sides(service, leader)[1]
    assert [one.asset for one in down.steps] == [line]
    assert (down.more_count, down.hidden_count, down.count) == (2, 0, 3)
    down = reach.both_sides(service, reader)[1]
    assert (down.more_count, down.hidden_count, down.count) == (1, 1, 3)


def test_a_drawing_of_sixty_is_readable_no_boxes_overlap_and_lines_run_to_the_right():
    layers = {0: 0} | {n: 1 + (n - 1) // 20 for n in range(1, 60)}
    edges = [(0, n) for n in range(1, 21)] + [(n, n + 20) for n in range(1, 40)] + [(45, 3), (99, 1)]

    drawing = graph_drawing.draw(layers, edges)

    assert len(drawing.boxes) == 60 and (drawing.width, drawing.height) == (948, 718)
    places = sorted((box.x, box.y) for box in drawing.boxes)
    for (x, y), (other_x, other_y) in itertools.pairwise(places):
        assert other_x - x >= graph_drawing.BOX_WIDTH or other_y - y >= graph_drawing.BOX_HEIGHT
    assert [(line.source, line.target) for line in drawing.lines if line.is_back] == [(45, 3)]
    assert len(drawing.lines) == len(edges) - 1


def test_lines_that_need_not_cross_do_not():
    crossed = graph_drawing.draw({1: 0, 2: 0, 3: 1, 4: 1}, [(1, 4), (2, 3)])

    at = {box.id: box.y for box in crossed.boxes}
    assert (at[1] < at[2]) == (at[4] < at[3])


def test_the_drawing_keeps_the_nearest_and_the_tables_hold_all(company, person, monkeypatch):
    _service, line, plc, power = chain(company)
    monkeypatch.setattr(reach_book, "MOST_DRAWN", 2)

    read = reach_book.read(plc, person("CIO"))

    assert [node.asset for node in read.nodes] == [line, plc]
    assert (read.left_out, [one.asset for one in read.leans_on.steps]) == (2, [power])
