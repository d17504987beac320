"""Finds the real files that lie beside the repository; tests that want one skip, saying so, where it is not there."""

from pathlib import Path

import pytest


def shared_file(name: str) -> Path:
    """The path of `name` under ../shared/data, as seen from the repository or from a worktree one level deeper."""
    root = Path(__file__).resolve().parents[1]
    for base in (root.parent, root.parent.parent):
        path = base / "shared" / "data" / name
        if path.is_file():
            return path
    pytest.skip(f"../shared/data/{name} is not there")
