"""Let words go only for a redaction that stands written down, agreed by a second person or asked for by the retention table; words
beside the log only where it names their entries."""

from importlib import import_module

from django.db import migrations

before = import_module("portal.record.migrations.0007_redact_bytes").REDACT
BEGIN = "BEGIN\n    IF target = 'record_entrytext' THEN"
REDACT = before.replace(
    BEGIN,
    """BEGIN
    IF NOT EXISTS (
        SELECT FROM public.archive_redaction a
        WHERE a.id = redaction AND a.state = 'DONE' AND (a.by_retention OR a.decided_by_id <> a.proposed_by_id)
          AND (target <> 'record_entrytext' OR a.entries @> to_jsonb(ids))
    ) THEN
        RAISE EXCEPTION 'no redaction % was agreed that names this', redaction;
    END IF;
    IF target = 'record_entrytext' THEN""",
)


class Migration(migrations.Migration):
    dependencies = [("record", "0007_redact_bytes")]

    operations = [migrations.RunSQL(REDACT, before)]
