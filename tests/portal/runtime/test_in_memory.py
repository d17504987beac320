"""A folder that may be lost lies in memory where there is enough, and on the disk else."""

import shutil

import pytest

from portal.runtime import in_memory


@pytest.fixture
def memory(tmp_path, monkeypatch):
    place = tmp_path / "memory"
    place.mkdir()
    monkeypatch.setattr(in_memory, "MEMORY", place)
    monkeypatch.setattr(in_memory, "ENOUGH", 0)
    return place


def test_it_is_a_link_until_it_is_lifted(tmp_path, memory):
    folder = tmp_path / "var" / "test"

    in_memory.lay(folder)
    (folder / "kept").write_text("x")
    in_memory.lay(folder)

    assert folder.resolve().parent == memory
    assert (folder / "kept").read_text() == "x"
    in_memory.lift(folder)
    assert not folder.is_symlink()
    assert list(memory.iterdir()) == []


def test_after_the_machine_was_started_anew_it_begins_again(tmp_path, memory):
    folder = tmp_path / "test"
    in_memory.lay(folder)
    shutil.rmtree(folder.resolve())

    in_memory.lay(folder)

    assert folder.is_dir() and list(folder.iterdir()) == []


def test_what_stands_on_the_disk_stays_there_and_so_does_all_where_memory_is_short(tmp_path, memory, monkeypatch):
    there = tmp_path / "there"
    there.mkdir()
    in_memory.lay(there)
    in_memory.lift(there)
    assert there.is_dir() and not there.is_symlink()

    monkeypatch.setattr(in_memory, "ENOUGH", 2**60)
    in_memory.lay(tmp_path / "short")
    assert not (tmp_path / "short").exists()
