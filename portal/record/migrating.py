"""A migrate that does not render every model anew for each trigger, index and constraint.

Django and pgtrigger do, with all models related to it, and everything here is related to a user: three fifths of the time a
migrate took. None of the three is anything a model class must know to be written to the database, so they are only noted.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

OURS = {"portal", "assets", "risks", "governance"}


def lighten() -> None:
    """Once, in ready(); tests/house/test_models.py compares what the models name with what the database has."""
    ProjectState._append_option = _noted_for_ours(ProjectState._append_option)
    AddTrigger.state_forwards = _note_trigger


def _noted_for_ours(usual: Callable[..., None]) -> Callable[..., None]:
    """Libraries' migrations go on as they were written."""

    def append(state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        ours = app_label in apps.app_configs and apps.app_configs[app_label].name.partition(".")[0] in OURS
        (_note if ours else usual)(state, app_label, model_name, option_name, obj)

    return append


def _note(state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option_name] = [*options.get(option_name, ()), obj]


def _note_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    _note(state, app_label, operation.model_name, "triggers", operation.trigger)
