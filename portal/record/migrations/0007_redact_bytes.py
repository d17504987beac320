"""Let a whole file be taken away, where its bytes stand in a row that is only ever added: nothing is left of them but what says
which file it was."""

from importlib import import_module

from django.db import migrations

before = import_module("portal.record.migrations.0005_redact_wherever_words_stand").REDACT
REDACT = before.replace(
    "        WHEN type_of = 'jsonb' THEN",
    "        WHEN type_of = 'bytea' THEN '''''::bytea'\n        WHEN type_of = 'jsonb' THEN",
)


class Migration(migrations.Migration):
    dependencies = [("record", "0006_files_are_archived")]

    operations = [migrations.RunSQL(REDACT, before)]
