"""Let signed words go only for a redaction that stands written down, agreed by a second person or asked for by the retention
table, of this very subject or of a part of it."""

from importlib import import_module

from django.db import migrations

UNGUARDED = import_module("portal.signing.migrations.0002_what_lost_words").REDACT_SIGNED
before = UNGUARDED.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
BEGIN = "BEGIN\n    SELECT coalesce(array_agg(DISTINCT s.content_id)"
REDACT_SIGNED = before.replace(
    BEGIN,
    """BEGIN
    IF NOT EXISTS (
        SELECT FROM public.archive_redaction a
        WHERE a.id = redaction AND a.state = 'DONE' AND (a.by_retention OR a.decided_by_id <> a.proposed_by_id)
          AND ((a.subject_kind = of_kind AND a.subject_id = of_id)
               OR a.wholes @> jsonb_build_array(jsonb_build_array(of_kind, of_id)))
    ) THEN
        RAISE EXCEPTION 'no redaction % was agreed that names this', redaction;
    END IF;
    SELECT coalesce(array_agg(DISTINCT s.content_id)""",
)


class Migration(migrations.Migration):
    dependencies = [("signing", "0002_what_lost_words")]

    operations = [migrations.RunSQL(REDACT_SIGNED, before)]
