"""How many risks stand in a band, counted along an index instead of every score."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("risks", "0024_a_bad_year")]

    operations = [
        migrations.AddIndex(
            model_name="scorestate", index=models.Index(fields=["current_band", "risk"], name="risks_of_a_band")
        ),
    ]
