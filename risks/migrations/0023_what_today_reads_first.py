"""The worst of the safety lane and of what is above tolerance, each along an index, however many risks there are.

Who has no IT owner mostly has no security owner either; PostgreSQL takes the two for independent unless it is told to look.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("risks", "0022_nothing_changes_a_kept_loss")]

    operations = [
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["-value", "id"], name="open_breaches_by_value"),
        ),
        migrations.AddIndex(
            model_name="scorestate",
            index=models.Index(
                condition=models.Q(("is_safety", True)), fields=["-current_value", "risk"], name="risks_of_safety_by_score"
            ),
        ),
        migrations.RunSQL(
            "CREATE STATISTICS risks_without_owners (mcv) ON it_owner_id, security_owner_id FROM risks_risk",
            "DROP STATISTICS risks_without_owners",
        ),
    ]
