SELECT attrelid::bigint, attnum::int, ARRAY(
    SELECT CASE WHEN given.value IS NULL THEN pg_catalog.format('RESET (%%I)', wanted.name)
           ELSE pg_catalog.format('SET (%%I = %%L)', wanted.name, given.value) END
    FROM unnest(%(names)s::text[]) WITH ORDINALITY wanted (name, position) LEFT JOIN (
        SELECT option_name, option_value FROM pg_catalog.pg_options_to_table(attoptions)
    ) given (name, value) ON given.name = wanted.name ORDER BY wanted.position),
    (SELECT pg_catalog.array_remove(ARRAY[
        'RESET (' || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ') FROM (
            SELECT unnest(%(names)s::text[]) UNION SELECT option_name FROM pg_catalog.pg_options_to_table(attoptions)
        ) every (name)) || ')',
        'SET (' || pg_catalog.string_agg(pg_catalog.format('%%I = %%L', option_name, option_value), ', ' ORDER BY place)
        || ')'], NULL)
     FROM pg_catalog.pg_options_to_table(attoptions) WITH ORDINALITY here (option_name, option_value, place))
FROM col ORDER BY 1
