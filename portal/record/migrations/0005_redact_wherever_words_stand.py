"""Let words be taken away from JSON, from lists and from rows that are only ever added, not from row history alone.

`keep` is JSON now: what may stay. A field "column.key" is one text of a JSON object.
"""

from django.db import migrations

REDACT = """
CREATE OR REPLACE FUNCTION public.redact(redaction bigint, target text, field text, ids bigint[], keep text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mark constant text := repeat(U&'\\2588', 5);
    wanted text := split_part(field, '.', 1);
    part text := nullif(split_part(field, '.', 2), '');
    type_of text;
    of_history boolean;
    seen text;
    put text;
    taken integer;
BEGIN
    IF target = 'record_entrytext' THEN
        WITH gone AS (DELETE FROM public.record_entrytext WHERE entry_id = ANY (ids) RETURNING entry_id)
        INSERT INTO public.record_redacted (redaction_id, target, field, row_id)
        SELECT redaction, 'record_entrytext', 'text', entry_id FROM gone;
        GET DIAGNOSTICS taken = ROW_COUNT;
        RETURN taken;
    END IF;
    IF NOT EXISTS (SELECT FROM public.record_redactable r WHERE r.target = redact.target AND r.field = redact.field) THEN
        RAISE EXCEPTION 'no text that may be redacted: %.%', target, field;
    END IF;
    SELECT typname INTO type_of FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE attrelid = format('public.%I', target)::regclass AND attname = wanted;
    of_history := EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = format('public.%I', target)::regclass AND attname = 'pgh_obj_id'
    );
    seen := CASE WHEN part IS NULL THEN format('to_jsonb(%I)', wanted) ELSE format('(%I -> %L)', wanted, part) END;
    put := CASE
        WHEN part IS NOT NULL THEN format('jsonb_set(%I, ARRAY[%L], to_jsonb($1))', wanted, part)
        WHEN type_of = 'jsonb' THEN 'jsonb_build_object(''redacted'', $1)'
        WHEN left(type_of, 1) = '_' THEN format('array_fill($1, ARRAY[cardinality(%I)])', wanted)
        ELSE '$1'
    END;
    PERFORM set_config('pgtrigger.ignore', (
        SELECT coalesce(array_agg(tgname), '{}')::text FROM pg_trigger
        WHERE tgrelid = format('public.%I', target)::regclass AND NOT tgisinternal
    ), true);
    EXECUTE format(
        'WITH gone AS (UPDATE public.%1$I SET %2$I = %3$s WHERE %5$I = ANY ($2) AND %4$s IS NOT NULL'
        ' AND %4$s IS DISTINCT FROM $3::jsonb AND %4$s NOT IN (to_jsonb($1), ''""'', ''null'', ''[]'', ''{}'')'
        ' AND to_jsonb(%2$I) IS DISTINCT FROM to_jsonb(%3$s) RETURNING %6$I AS row_id)'
        ' INSERT INTO public.record_redacted (redaction_id, target, field, row_id) SELECT $4, $5, $6, row_id FROM gone',
        target, wanted, put, seen,
        CASE WHEN of_history THEN 'pgh_obj_id' ELSE 'id' END, CASE WHEN of_history THEN 'pgh_id' ELSE 'id' END
    ) USING mark, ids, keep, redaction, target, field;
    GET DIAGNOSTICS taken = ROW_COUNT;
    PERFORM set_config('pgtrigger.ignore', '', true);
    RETURN taken;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0004_redacting")]

    operations = [migrations.RunSQL(REDACT, migrations.RunSQL.noop)]
