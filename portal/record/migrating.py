"""A migrate that does not render every model anew for each trigger, index, constraint, option, new model and column.

Django and pgtrigger do, with all models related to it, and everything here is related to a user: four fifths of the time a
migrate took. The first three are nothing a model class must know to be written to the database, so they are only noted; a model
that is new, or has a column that no other table refers to and that is another one now, is rendered alone, and a class gets a new
column as it stands, because nothing else says anything else because of it. Code that a migration runs finds all of them rendered
anew, as Django does it wherever it put that off.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Field
from django.db.models.fields import NOT_PROVIDED
from pgtrigger.migrations import AddTrigger, RemoveTrigger

OURS = {"portal", "assets", "risks", "governance"}


def lighten() -> None:
    """Once, in ready(); tests/house/test_models.py compares what the models name with what the database has."""
    ProjectState._append_option = _noted_for_ours(ProjectState._append_option)
    ProjectState.add_model = _rendered_alone(ProjectState.add_model)
    ProjectState.add_field = _added_in_place(ProjectState.add_field)
    ProjectState.reload_model = _reloaded_alone(ProjectState.reload_model)
    AddTrigger.state_forwards = _note_trigger
    RemoveTrigger.state_forwards = _note_no_trigger


def _noted_for_ours(usual: Callable[..., None]) -> Callable[..., None]:
    """Libraries' migrations go on as they were written."""

    def append(state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        (_note if _is_ours(app_label) else usual)(state, app_label, model_name, option_name, obj)

    return append


def _rendered_alone(usual: Callable[..., None]) -> Callable[..., None]:
    def add_model(state: ProjectState, model_state: ModelState) -> None:
        if "apps" not in state.__dict__ or not _is_ours(model_state.app_label):
            usual(state, model_state)
            return
        key = model_state.app_label, model_state.name_lower
        state.models[key] = model_state
        if state._relations is not None:
            state.resolve_model_relations(key)
        with state.apps.bulk_update():
            state.apps.render_multiple([model_state])

    return add_model


def _added_in_place(usual: Callable[..., None]) -> Callable[..., None]:
    """A column more: the class gets it as it stands. Where a table of its own comes with it, Django goes on as it did."""

    def add_field(state: ProjectState, app_label: str, model_name: str, name: str, field: Field, preserve_default: bool) -> None:
        if "apps" not in state.__dict__ or field.many_to_many or not _is_ours(app_label):
            usual(state, app_label, model_name, name, field, preserve_default)
            return
        model = state.apps.get_model(app_label, model_name)
        if field.is_relation and model._meta.apps is not state.apps:  # of what was applied before: it knows no model that is new
            usual(state, app_label, model_name, name, field, preserve_default)
            return
        field = field.clone()
        if not preserve_default:
            field.default = NOT_PROVIDED
        key = app_label, model_name
        state.models[key].fields[name] = field
        if state._relations is not None:
            state.resolve_model_field_relations(key, name, field)
        with state.apps.bulk_update():
            field.clone().contribute_to_class(model, name)

    return add_field


def _reloaded_alone(usual: Callable[..., None]) -> Callable[..., None]:
    """Where Django itself puts off what is further away, until code of a migration asks for it."""

    def reload_model(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if not delay or "apps" not in state.__dict__:
            usual(state, app_label, model_name, delay)
            return
        state.is_delayed = True
        state._reload({(app_label, model_name)})

    return reload_model


def _is_ours(app_label: str) -> bool:
    return app_label in apps.app_configs and apps.app_configs[app_label].name.partition(".")[0] in OURS


def _note(state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option_name] = [*options.get(option_name, ()), obj]


def _note_trigger(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    _note(state, app_label, operation.model_name, "triggers", operation.trigger)


def _note_no_trigger(operation: RemoveTrigger, app_label: str, state: ProjectState) -> None:
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [one for one in options.get("triggers", ()) if one.name != operation.name]
