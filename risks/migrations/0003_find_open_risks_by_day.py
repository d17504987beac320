from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0005_find_current_assets_by_arrival'),
        ('people', '0001_initial'),
        ('risks', '0002_why_a_stale_score_failed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='risk',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['review_due_on'], include=('unit',), name='open_risks_by_review'),
        ),
        migrations.AddIndex(
            model_name='risk',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['logged_at'], include=('unit',), name='open_risks_by_logging'),
        ),
    ]
