-- Those of the table, and under the name toast those of its TOAST table.
, here AS (
    SELECT part.oid, o.name, o.value, o.place, o.quoted FROM part JOIN pg_catalog.pg_class c USING (oid)
    LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid, LATERAL (
        SELECT option_name, option_value, place, pg_catalog.quote_ident(option_name)
        FROM pg_catalog.pg_options_to_table(c.reloptions) WITH ORDINALITY own (option_name, option_value, place)
        UNION ALL
        SELECT 'toast.' || option_name, option_value, place, 'toast.' || pg_catalog.quote_ident(option_name)
        FROM pg_catalog.pg_options_to_table(t.reloptions) WITH ORDINALITY own (option_name, option_value, place)
    ) o (name, value, place, quoted)
),
wanted AS (
    SELECT name, position, CASE WHEN name LIKE 'toast.%%' THEN 'toast.' || pg_catalog.quote_ident(substr(name, 7))
        ELSE pg_catalog.quote_ident(name) END AS quoted
    FROM unnest(%(names)s::text[]) WITH ORDINALITY named (name, position)
)
SELECT part.oid::bigint, 0,
    ARRAY(SELECT CASE WHEN here.value IS NULL THEN 'RESET (' || wanted.quoted || ')'
                 ELSE pg_catalog.format('SET (%%s = %%L)', wanted.quoted, here.value) END
          FROM wanted LEFT JOIN here ON here.name = wanted.name AND here.oid = part.oid ORDER BY wanted.position),
    pg_catalog.array_remove(ARRAY[
        'RESET (' || (SELECT pg_catalog.string_agg(quoted, ', ') FROM (
            SELECT quoted FROM wanted UNION SELECT here.quoted FROM here WHERE here.oid = part.oid) every) || ')',
        'SET (' || (SELECT pg_catalog.string_agg(pg_catalog.format('%%s = %%L', here.quoted, here.value), ', '
                           ORDER BY here.quoted LIKE 'toast.%%', here.place)
                    FROM here WHERE here.oid = part.oid) || ')'], NULL)
FROM part ORDER BY 1
