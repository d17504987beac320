"""Let the database itself give entries their place in the one order.

`record_sealmark` spares the sealer from looking through entries sealed long ago. Everything up to `entry_id` is sealed or
was rolled back: `coming_id` becomes `entry_id` only when every transaction under way at `coming_xid` has ended, and a minute
later at the earliest, because an id is drawn a moment before its transaction has a number.
"""

from django.db import migrations

SEAL_ENTRIES = """
CREATE TABLE public.record_sealmark (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    entry_id bigint NOT NULL,
    coming_id bigint NOT NULL,
    coming_xid xid8 NOT NULL,
    coming_at timestamptz NOT NULL
);
INSERT INTO public.record_sealmark (entry_id, coming_id, coming_xid, coming_at) VALUES (0, 0, '0', now());

CREATE FUNCTION public.seal_entries(batch integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mark public.record_sealmark%ROWTYPE;
    last public.record_seal%ROWTYPE;
    entry record;
    moment timestamptz;
    settled boolean;
    sealed integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(1129270851, 1) THEN
        RETURN 0;
    END IF;
    SELECT * INTO mark FROM public.record_sealmark;
    settled := pg_snapshot_xmin(pg_current_snapshot()) >= mark.coming_xid
               AND clock_timestamp() > mark.coming_at + interval '1 minute';
    SELECT * INTO last FROM public.record_seal ORDER BY seq DESC LIMIT 1;
    IF NOT FOUND THEN
        last.seq := 0;
        last.hash := repeat('0', 64);
    END IF;
    moment := public.portal_now();
    IF moment = now() THEN
        moment := clock_timestamp();
    END IF;
    moment := greatest(moment, last.sealed_at + interval '1 microsecond');
    FOR entry IN
        SELECT e.* FROM public.record_auditentry e
        WHERE e.id > mark.entry_id AND NOT EXISTS (SELECT FROM public.record_seal s WHERE s.entry_id = e.id)
        ORDER BY e.id LIMIT batch
    LOOP
        last.seq := last.seq + 1;
        last.hash := encode(sha256(convert_to(json_build_array(
            last.seq, last.hash, entry.id, entry.actor_id, entry.verb, entry.kind, entry.subject_id, entry.params::text,
            entry.text_digest, entry.request_id, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        )::text, 'UTF8')), 'hex');
        INSERT INTO public.record_seal (seq, entry_id, hash, sealed_at) VALUES (last.seq, entry.id, last.hash, moment);
        sealed := sealed + 1;
    END LOOP;
    IF settled AND sealed < batch THEN
        UPDATE public.record_sealmark SET
            entry_id = coming_id,
            coming_id = (SELECT coalesce(max(id), 0) FROM public.record_auditentry),
            coming_xid = pg_snapshot_xmax(pg_current_snapshot()),
            coming_at = clock_timestamp();
    END IF;
    RETURN sealed;
END
$$;
REVOKE ALL ON FUNCTION public.seal_entries(integer) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.RunSQL(SEAL_ENTRIES, "DROP FUNCTION public.seal_entries(integer); DROP TABLE public.record_sealmark;"),
    ]
