"""The words of custom fields in the index of search: they lie beside the row, and whoever may open the row may read them.

A field that is retired gives no words. Whatever is written beside rows has their entries written anew, under the lock of each row,
so that nobody's change of the row itself is overtaken. A change of a field concerns all rows it stands beside, however many: it is
noted here, and `renewing.py` comes to them batch by batch.
"""

ANEW, BESIDE, DEFINED = "search_follows_anew", "search_follows_told", "search_follows_fields"
PARTICULARS, FIELDS, RENEWALS = "workbench_particulars", "workbench_customfield", "workbench_fieldrenewal"
LONGEST = 20_000  # letters of all fields of one row

_SAID = """
    CASE f.type WHEN 'TEXT' THEN p.told ->> ('f' || f.id) ELSE (
        SELECT o ->> 'label' FROM jsonb_array_elements(f.options) AS o WHERE o ->> 'key' = p.told ->> ('f' || f.id)) END
"""


def words(kind: str) -> str:
    """An expression: what the fields say of the row `s`, null for nothing."""
    return f"""(
        SELECT left(string_agg({_SAID}, E'\\n' ORDER BY f.place, f.id), {LONGEST})
        FROM {PARTICULARS} p JOIN {FIELDS} f ON f.kind = p.subject_kind AND f.retired_at IS NULL AND f.type IN ('TEXT', 'CHOICE')
        WHERE p.subject_kind = '{kind}' AND p.subject_id = s.id)"""  # noqa: S608  (written of our own words)


def anew(kind: str) -> str:
    """The function that writes entries of `kind` anew."""
    return f"{ANEW}_{kind.replace('-', '_')}"


FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION {ANEW}(of_kind text, ids bigint[]) RETURNS void LANGUAGE plpgsql SET search_path = public AS $anew$
DECLARE function name := '{ANEW}_' || replace(of_kind, '-', '_');
BEGIN
    IF EXISTS (SELECT FROM pg_proc WHERE proname = function AND pronamespace = 'public'::regnamespace) THEN
        PERFORM 1 FROM {FIELDS} WHERE kind = of_kind AND retired_at IS NULL ORDER BY id FOR SHARE;
        EXECUTE format('SELECT %I($1)', function) USING ids;
    END IF;
END $anew$;
CREATE OR REPLACE FUNCTION {BESIDE}() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $told$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM {ANEW}(subject_kind, array_agg(subject_id)) FROM fresh WHERE told <> '{{}}' GROUP BY subject_kind;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM {ANEW}(subject_kind, array_agg(subject_id)) FROM before WHERE told <> '{{}}' GROUP BY subject_kind;
    ELSE
        PERFORM {ANEW}(t.subject_kind, array_agg(DISTINCT t.subject_id))
        FROM fresh s JOIN before b USING (id)
        CROSS JOIN LATERAL (VALUES (s.subject_kind, s.subject_id), (b.subject_kind, b.subject_id)) AS t (subject_kind, subject_id)
        WHERE ROW(s.told, s.subject_kind, s.subject_id) IS DISTINCT FROM ROW(b.told, b.subject_kind, b.subject_id)
        GROUP BY t.subject_kind;
    END IF;
    RETURN NULL;
END $told$;
CREATE OR REPLACE FUNCTION {DEFINED}() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $fields$
BEGIN
    INSERT INTO {RENEWALS} (field_id, asked_at, done, reached, attempts)
    SELECT s.id, portal_now(), 0, 0, 0
    FROM fresh s JOIN before b USING (id)
    WHERE s.type IN ('TEXT', 'CHOICE') AND ((s.retired_at IS NULL) IS DISTINCT FROM (b.retired_at IS NULL) OR EXISTS (
        SELECT FROM jsonb_array_elements(b.options) AS o WHERE NOT EXISTS (
            SELECT FROM jsonb_array_elements(s.options) AS n WHERE n ->> 'key' = o ->> 'key' AND n ->> 'label' = o ->> 'label')))
    AND EXISTS (SELECT FROM {PARTICULARS} p WHERE p.subject_kind = s.kind AND p.told ? ('f' || s.id));
    RETURN NULL;
END $fields$;
"""  # noqa: S608
