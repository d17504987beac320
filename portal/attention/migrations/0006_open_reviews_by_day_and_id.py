"""The first open reviews in the order in which they are shown, without sorting all of a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attention", "0005_calendar_feeds")]

    operations = [
        migrations.RemoveIndex(model_name="review", name="open_reviews_by_day"),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("state", "OPEN")), fields=["due_on", "id"], name="open_reviews_by_day_and_id"
            ),
        ),
    ]
