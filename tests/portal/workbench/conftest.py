import pytest

from portal.workbench import tasks


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """The tests do the worker's part themselves."""
    monkeypatch.setattr(tasks.work_on_imports, "delay", lambda: None)
    monkeypatch.setattr(tasks.work_on_bulk_edits, "apply_async", lambda **options: None)
    monkeypatch.setattr(tasks.renew_fields, "apply_async", lambda **options: None)


@pytest.fixture
def analyst(person):
    return person("ANALYST")
