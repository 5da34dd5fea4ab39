-- Of foreign keys of the table itself; those of partitions follow it, hence -1: without ONLY.
SELECT k.conrelid::bigint, -1, ARRAY['ALTER CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || CASE
    WHEN k.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED'
    WHEN k.condeferrable THEN ' DEFERRABLE INITIALLY IMMEDIATE' ELSE ' NOT DEFERRABLE' END]
FROM pg_catalog.pg_constraint k WHERE k.conrelid = %(relation)s AND k.conname = ANY(%(names)s) AND k.contype = 'f'
