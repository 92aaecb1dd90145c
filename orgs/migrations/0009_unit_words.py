"""Finding a unit by a part of its name: an index of pairs of characters, level by level.

``LIKE`` is not leak-proof, so under the wall PostgreSQL reads every unit of the
tenant before it may be asked. The function runs with the rights of its owner
and therefore says the tenant itself; it gives numbers only, and the units
behind them are read through the wall.
"""

from __future__ import annotations

from django.db import migrations, models

# Units of a level that are looked at in their order before the index is asked: a frequent word
# is found among them, and a rare one has few places in the index. Tenant and level stand in
# every pair, so that neither another tenant nor another level is walked over. A word that is
# frequent and not at the front is looked for onward, in steps that grow.
CREATE = r"""
CREATE FUNCTION unit_grams(words text, mark text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    many integer := pg_catalog.length(words);
    found text[] := '{}';
    one text;
BEGIN
    FOR place IN 1..many LOOP
        IF place < many THEN
            found := found || (mark || '/' || pg_catalog.substr(words, place, 2));
        END IF;
        one := pg_catalog.substr(words, place, 1);
        IF pg_catalog.ascii(one) > 127 THEN
            found := found || (mark || '/' || one);
        END IF;
    END LOOP;
    RETURN found;
END
$$;
-- Names come by the thousand when a region is imported; a short list that waits makes that
-- several times as fast, and a search reads through it in no time.
CREATE INDEX unit_words ON orgs_unit USING gin (
    unit_grams(lower(name) || ' ' || pinyin, tenant_id::text || '.' || depth::text)
) WITH (fastupdate = on, gin_pending_list_limit = 256);
CREATE INDEX unit_code_prefix ON orgs_unit (tenant_id, depth, code varchar_pattern_ops);
CREATE FUNCTION unit_candidates(asked text, under text, most integer, looked_at integer)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tenant bigint := current_setting('gongjian.tenant_id')::bigint;
    plain text := regexp_replace(asked, '([\\%_])', '\\\1', 'g');
    inside text := '%' || plain || '%';
    deepest integer;
    mark text;
    wanted text[];
    frequency real;
    taken bigint[] := '{}';
    found bigint[];
    named bigint[];
    onward text;
    last text;
    step integer;
    seen integer;
    looked integer;
    room integer;
BEGIN
    SELECT depth INTO deepest FROM orgs_unit
    WHERE tenant_id = tenant ORDER BY depth DESC LIMIT 1;
    FOR tier IN 0..coalesce(deepest, -1) LOOP
        room := most - cardinality(taken);
        EXIT WHEN room <= 0;
        found := '{}';
        onward := under;
        step := looked_at;
        looked := 0;
        frequency := NULL;
        LOOP
            SELECT array_agg(id ORDER BY path) FILTER (WHERE hit), count(*), max(path)
            INTO named, seen, last FROM (
                SELECT id, path,
                    lower(name) LIKE inside OR pinyin LIKE inside OR code LIKE plain || '%' AS hit
                FROM orgs_unit
                WHERE tenant_id = tenant AND depth = tier
                    AND path >= onward AND path < under || '~'
                ORDER BY path LIMIT step
            ) AS ones;
            found := found || coalesce(named, '{}');
            looked := looked + seen;
            -- The level is at its end, or enough is found.
            EXIT WHEN seen < step OR cardinality(found) >= room;
            IF length(asked) = 1 AND ascii(asked) < 128 THEN
                -- A letter by itself is in half of the names and not in the index.
                RETURN QUERY SELECT NULL::bigint;
                RETURN;
            END IF;
            IF frequency IS NULL THEN
                mark := tenant || '.' || tier || '/';
                wanted := ARRAY(
                    SELECT mark || substr(asked, place, 2)
                    FROM generate_series(1, greatest(length(asked) - 1, 1)) AS place);
                -- Units that hold the rarest of the pairs, as far as statistics know.
                SELECT min(coalesce(known.part, 0)) * max(whole.reltuples) INTO frequency
                FROM unnest(wanted) AS gram
                CROSS JOIN (SELECT reltuples FROM pg_class WHERE oid = 'orgs_unit'::regclass)
                    AS whole
                LEFT JOIN (
                    SELECT unnest(most_common_elems::text::text[]) AS elem,
                        unnest(most_common_elem_freqs) AS part
                    FROM pg_stats WHERE schemaname = 'public' AND tablename = 'unit_words'
                ) AS known ON known.elem = gram;
            END IF;
            IF frequency < 2000 OR looked >= 100000 THEN
                EXECUTE format(
                    'WITH hits AS MATERIALIZED ('
                    ' SELECT id, path, name, pinyin, tenant_id FROM orgs_unit'
                    ' WHERE unit_grams(lower(name) || '' '' || pinyin,'
                    ' tenant_id::text || ''.'' || depth::text) @> %L::text[])'
                    ' SELECT array_agg(id) FROM (SELECT id FROM hits WHERE tenant_id = %s'
                    ' AND path >= %L AND path < %L'
                    ' AND (lower(name) LIKE %L OR pinyin LIKE %L) ORDER BY path LIMIT %s) AS h',
                    wanted, tenant, under, under || '~', inside, inside, room)
                INTO named;
                found := found || coalesce(named, '{}');
                IF asked ~ '^[0-9a-z]+$' THEN
                    found := found || ARRAY(
                        SELECT id FROM orgs_unit
                        WHERE tenant_id = tenant AND depth = tier
                            AND code LIKE plain || '%' AND path >= under AND path < under || '~'
                        ORDER BY code LIMIT room);
                END IF;
                EXIT;
            END IF;
            -- Frequent, but not among those at the front: it stands a little further on.
            onward := last || '!';
            step := step * 4;
        END LOOP;
        SELECT array_agg(DISTINCT one) INTO found FROM unnest(found) AS one;
        taken := taken || coalesce(found, '{}');
    END LOOP;
    RETURN QUERY SELECT unnest(taken);
END
$$;
REVOKE ALL ON FUNCTION unit_candidates(text, text, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unit_candidates(text, text, integer, integer) TO gongjian_app;
"""
REMOVE = """
DROP FUNCTION unit_candidates(text, text, integer, integer);
DROP INDEX unit_code_prefix;
DROP INDEX unit_words;
DROP FUNCTION unit_grams(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("orgs", "0008_password_state")]

    operations = [
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["tenant", "depth", "path"], name="unit_of_level"),
        ),
        migrations.RunSQL(CREATE, REMOVE),
    ]
