from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0004_leave_out_when_last_seen'),
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='asset',
            index=models.Index(condition=models.Q(('archived_at', None)), fields=['registered_at'], include=('unit',), name='current_assets_by_arrival'),
        ),
    ]
