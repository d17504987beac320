"""What a migrate leaves out must not leave a column that leads nowhere."""

from django.db import models
from django.db.migrations.state import ModelState, ProjectState


def test_an_upgrade_adds_a_column_that_refers_to_a_model_as_new_as_itself():
    applied = ProjectState()
    applied.add_model(ModelState("board", "old", [("id", models.BigAutoField(primary_key=True))]))
    assert applied.apps.get_model("board", "old")  # rendered, as what a database has is before it is migrated on

    state = applied.clone()
    state.add_model(ModelState("board", "new", [("id", models.BigAutoField(primary_key=True))]))
    state.add_field("board", "old", "new", models.ForeignKey("board.new", on_delete=models.PROTECT, null=True), True)

    old, new = (state.apps.get_model("board", name) for name in ("old", "new"))
    assert old._meta.get_field("new").related_model is new
