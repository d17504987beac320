"""No module over 400 lines, no view over 40."""

import ast

from tests.house.source import ROOT, modules, named, tree

MODULE_LINES = 400
VIEW_LINES = 40


def test_modules_are_short():
    lengths = {named(path): len(path.read_text().splitlines()) for path in modules()}

    assert len(lengths) > 100
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_views_are_short():
    lengths = {
        f"{named(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in modules()
        if {"views", "api"} & set(path.relative_to(ROOT).parts)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
    }

    assert len(lengths) > 50
    assert {name: lines for name, lines in lengths.items() if lines > VIEW_LINES} == {}
