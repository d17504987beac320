"""Keeps what search reads: functions and triggers in the database, written by the owner after every migrate from the registry.

A statement's rows are taken together, so that a thousand cost little more than one; raw SQL and COPY are followed as well. While
tables are changed by a migration nothing is followed; afterwards a kind whose trigger is not the one it should be is read anew.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from portal.workbench import listed, search_told, searchable
from portal.workbench.searchable import Searchable

TABLE = "workbench_searchentry"
FOLLOWS = "search_follows_"
LONGEST_LABEL, LONGEST_WORDS = 300, 20_000  # letters

# Letters that Unicode does not take apart into a plain one and its mark.
_SINGLE = ("øØłŁđĐðÐıŧŦħĦ", "oOlLdDdDitThH")
_DOUBLE = (("ß", "ss"), ("ẞ", "SS"), ("æ", "ae"), ("Æ", "AE"), ("œ", "oe"), ("Œ", "OE"), ("þ", "th"), ("Þ", "TH"))
# How the same words are spelled where there is no such key.
_SPELLED = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("å", "aa"), ("Å", "Aa"), ("ø", "oe"))
_BLANK = "-_./\\:;,()[]{}#&+*\"'|<>=!?%$~^`@–—“”„‚‘’«»…·•"


def _replaced(expression: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for before, after in pairs:
        expression = f"replace({expression}, '{before}', '{after}')"
    return expression


FUNCTIONS = f"""
DO $make$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = 'concord' AND cfgnamespace = 'public'::regnamespace) THEN
        DROP TEXT SEARCH DICTIONARY IF EXISTS public.concord_stem;
        CREATE TEXT SEARCH DICTIONARY public.concord_stem (TEMPLATE = snowball, LANGUAGE = english);
        CREATE TEXT SEARCH CONFIGURATION public.concord (COPY = pg_catalog.english);
        ALTER TEXT SEARCH CONFIGURATION public.concord ALTER MAPPING FOR asciiword, word, asciihword, hword, hword_asciipart,
            hword_part WITH public.concord_stem;
    END IF;
END $make$;
CREATE OR REPLACE FUNCTION search_plain(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $plain$
    SELECT translate(lower(CASE WHEN words ~ '[^\\x01-\\x7f]' THEN
        regexp_replace(normalize(translate({_replaced("words", _DOUBLE)}, '{_SINGLE[0]}', '{_SINGLE[1]}'), NFKD),
            '[\\u0300-\\u036f]', '', 'g')
        ELSE words END), '{_BLANK.replace("'", "''")}', repeat(' ', {len(_BLANK)}))
$plain$;
CREATE OR REPLACE FUNCTION search_spelled(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $spelled$
    SELECT search_plain({_replaced("normalize(words, NFC)", _SPELLED)})
$spelled$;
CREATE OR REPLACE FUNCTION search_reference(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $reference$
    SELECT CASE WHEN words ~ '^\\s*[A-Za-z]{{1,3}}[- ]?[0-9]{{1,9}}\\s*$' THEN
        upper(substring(words from '[A-Za-z]+')) || substring(words from '[0-9]+')::bigint ELSE '' END
$reference$;
CREATE OR REPLACE FUNCTION search_document(label text, words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $document$
    SELECT setweight(to_tsvector('public.concord', search_plain(label)), 'A')
        || setweight(to_tsvector('public.concord', search_plain(words)), 'C')
        || CASE WHEN label || words ~ '[^\\x01-\\x7f]' THEN
            setweight(to_tsvector('public.concord', search_spelled(label)), 'A')
            || setweight(to_tsvector('public.concord', search_spelled(words)), 'C') ELSE ''::tsvector END
$document$;
CREATE OR REPLACE FUNCTION search_query_of(plain text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $query$
    SELECT to_tsquery('public.concord', string_agg(
        quote_literal(word) || CASE WHEN length(word) > 2 AND word !~ '^[0-9]+$' THEN ':*' ELSE '' END, ' & '))
    FROM unnest(string_to_array(plain, ' ')) AS word WHERE word <> ''
$query$;
CREATE OR REPLACE FUNCTION search_query(asked text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $query$
    SELECT search_query_of(search_plain(asked)) || search_query_of(search_spelled(asked))
$query$;
"""  # noqa: S608  (written of our own words)

_EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS fresh",
    "UPDATE": "REFERENCING OLD TABLE AS before NEW TABLE AS fresh",
    "DELETE": "REFERENCING OLD TABLE AS before",
}


def unfollow(using: str = "default", plan: Any = (), **_: Any) -> None:
    """Before tables are changed: what a migration writes is read when it is done."""
    if not plan or not _is_owner(using):
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE %s", [FOLLOWS + "%"])
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")


def follow(using: str = "default", **_: Any) -> None:
    """Functions and triggers as the registry says, and every kind read anew whose triggers were others. As the owner."""
    if not _is_owner(using):
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL", [TABLE, search_told.PARTICULARS])
        if not cursor.fetchone()[0]:
            return
        known = _known(cursor)
        if known.get("search_query") != _mark(FUNCTIONS):
            cursor.execute(FUNCTIONS)
            cursor.execute(f"COMMENT ON FUNCTION search_query(text) IS '{_mark(FUNCTIONS)}'")
            known = {}
        for one in searchable.all_kinds().values():
            if known.get(_function(one)) != _mark(FUNCTIONS + _followed(one)):
                with transaction.atomic(using):  # the trigger holds writers off until what is there was read
                    _follow_one(cursor, one)
        if known.get(search_told.BESIDE) != _mark(search_told.FUNCTIONS):
            with transaction.atomic(using):
                _follow_beside(cursor)
        cursor.execute(f"DELETE FROM {TABLE} WHERE kind <> ALL(%s)", [list(searchable.all_kinds())])  # noqa: S608


def _follow_one(cursor: Any, one: Searchable) -> None:
    function, table = _function(one), one.subject.model_class._meta.db_table
    cursor.execute(_followed(one))
    for event in _EVENTS:
        _tie(cursor, function, event, table)
    cursor.execute(f"DELETE FROM {TABLE} WHERE kind = %s", [one.kind])  # noqa: S608
    cursor.execute(_written(one, f"{table} AS s", "TRUE"))
    cursor.execute(f"COMMENT ON FUNCTION {function}() IS '{_mark(FUNCTIONS + _followed(one))}'")


def _follow_beside(cursor: Any) -> None:
    """What is said beside rows; of it nothing has to be read anew, since every kind reads it with its own row."""
    cursor.execute(search_told.FUNCTIONS)
    for event in _EVENTS:
        _tie(cursor, search_told.BESIDE, event, search_told.PARTICULARS)
    _tie(cursor, search_told.DEFINED, "UPDATE", search_told.FIELDS)
    cursor.execute(f"COMMENT ON FUNCTION {search_told.BESIDE}() IS '{_mark(search_told.FUNCTIONS)}'")


def _tie(cursor: Any, function: str, event: str, table: str) -> None:
    cursor.execute(
        f"CREATE OR REPLACE TRIGGER {function}_{event.lower()} AFTER {event} ON {table} {_EVENTS[event]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def _followed(one: Searchable) -> str:
    """The trigger function of one kind: rows that say the same as before cost a comparison."""
    columns = sorted({one.column(name) for name in _columns(one)})
    told = [", ".join(f"{side}.{name}" for name in columns) for side in ("s", "b")]
    differs = f"FROM fresh s JOIN before b USING (id) WHERE ROW({told[0]}) IS DISTINCT FROM ROW({told[1]})"
    return f"""
        CREATE OR REPLACE FUNCTION {_function(one)}() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $follow$
        DECLARE changed bigint[];
        BEGIN
            IF TG_OP = 'INSERT' THEN
                {_written(one, "fresh AS s", "TRUE")};
            ELSIF TG_OP = 'DELETE' THEN
                DELETE FROM {TABLE} WHERE kind = '{one.kind}' AND subject_id IN (SELECT id FROM before);
            ELSE
                SELECT array_agg(s.id) INTO changed {differs};
                IF changed IS NOT NULL THEN
                    DELETE FROM {TABLE} WHERE kind = '{one.kind}' AND subject_id = ANY(changed);
                    {_written(one, "fresh AS s", "s.id = ANY(changed)")};
                END IF;
            END IF;
            RETURN NULL;
        END $follow$;{_anew(one) if _has_fields(one) else ""}
    """  # noqa: S608


def _anew(one: Searchable) -> str:
    """Entries of this kind as they would be if they were read now."""
    table = one.subject.model_class._meta.db_table
    return f"""
        CREATE OR REPLACE FUNCTION {search_told.anew(one.kind)}(ids bigint[]) RETURNS void LANGUAGE plpgsql
        SET search_path = public AS $anew$
        BEGIN
            PERFORM 1 FROM {table} WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE;
            DELETE FROM {TABLE} WHERE kind = '{one.kind}' AND subject_id = ANY(ids);
            {_written(one, f"{table} AS s", "s.id = ANY(ids)")};
        END $anew$;"""  # noqa: S608


def _written(one: Searchable, source: str, which: str) -> str:
    """Label, words and number are put together once a row."""
    label, words = _joined(one, one.label), _joined(one, one.words)
    if _has_fields(one):
        words = f"concat_ws(E'\n', nullif({words}, ''), {search_told.words(one.kind)})"
    number = f"s.{one.column(one.number)}::text" if one.number else "''"
    at_kind, at_id = _place(one)
    kept = " AND s.archived_at IS NULL" if _can_be_archived(one) else ""
    said = "t.label <> ''" if one.label else "t.words <> ''"
    return f"""
        INSERT INTO {TABLE} (kind, subject_id, at_kind, at_id, reference, number, label, words, document)
        SELECT '{one.kind}', s.id, {at_kind}, {at_id}, search_reference(t.number), t.number, t.label, t.words,
            search_document(t.number || ' ' || t.label, t.words)
        FROM {source} CROSS JOIN LATERAL (SELECT {number} AS number, {label} AS label, {words} AS words OFFSET 0) AS t
        WHERE {which} AND {said}{kept}
    """  # noqa: S608


def _place(one: Searchable) -> tuple[str, str]:
    """Kind and id of what the row stands on."""
    if one.about:
        kind, pk = (one.column(name) for name in one.about)
        return f"s.{kind}", f"s.{pk}"
    if not one.at:
        return f"'{one.kind}'", "s.id"
    first = [(kind, one.column(name)) for kind, name in one.at]
    told = " ".join(f"WHEN s.{column} IS NOT NULL THEN '{kind}'" for kind, column in first)
    return f"CASE {told} END", "coalesce(" + ", ".join(f"s.{column}" for _kind, column in first) + ")"


def _joined(one: Searchable, names: Any) -> str:
    if not names:
        return "''"
    longest, between = (LONGEST_WORDS, "E'\\n'") if names is one.words else (LONGEST_LABEL, "' '")
    listed = ", ".join(f"nullif(s.{one.column(name)}::text, '')" for name in names)
    return f"left(concat_ws({between}, {listed}), {longest})"


def _columns(one: Searchable) -> list[str]:
    own = [*one.label, *one.words, *(name for _kind, name in one.at), *one.about]
    return own + ([one.number] if one.number else []) + (["archived_at"] if _can_be_archived(one) else [])


def _can_be_archived(one: Searchable) -> bool:
    return any(field.name == "archived_at" for field in one.subject.model_class._meta.fields)


def _has_fields(one: Searchable) -> bool:
    kind = listed.all_kinds().get(one.kind)
    return kind is not None and kind.change is not None


def _function(one: Searchable) -> str:
    return FOLLOWS + one.kind.replace("-", "_")


def _known(cursor: Any) -> dict[str, str]:
    cursor.execute(
        "SELECT proname, obj_description(oid, 'pg_proc') FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND (proname = 'search_query' OR proname LIKE %s)",
        [FOLLOWS + "%"],
    )
    return dict(cursor.fetchall())


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is_owner(using: str) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT session_user <> %s", [settings.DATABASE_APP_ROLE or ""])
        return cursor.fetchone()[0]
