from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0005_find_current_assets_by_arrival'),
        ('people', '0001_initial'),
        ('risks', '0003_find_open_risks_by_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='risk',
            name='open_risks_by_review',
        ),
        migrations.RemoveIndex(
            model_name='risk',
            name='open_risks_by_logging',
        ),
        migrations.AddIndex(
            model_name='risk',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['review_due_on', 'id'], include=('unit',), name='open_risks_by_review'),
        ),
        migrations.AddIndex(
            model_name='risk',
            index=models.Index(condition=models.Q(('state', 'OPEN')), fields=['logged_at', 'id'], include=('unit',), name='open_risks_by_logging'),
        ),
    ]
