"""The first page of one kind of asset in the order of names, without reading past all other kinds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assets", "0017_pushes_in_parts")]

    operations = [
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                condition=models.Q(("archived_at", None)), fields=["kind", "name", "id"], name="current_assets_of_a_kind"
            ),
        ),
    ]
