-- Types outside of pg_catalog that a column can have, and whether a column of it rewrites its table when it is added: a
-- domain with a constraint does, its own or that of the domain below it (14 to 18, DomainHasConstraints). Last, the
-- names of its constraints.
WITH RECURSIVE below (oid, base, constrained) AS (
    SELECT t.oid, t.typbasetype,
           t.typnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid)
    FROM pg_type t WHERE t.typtype = 'd'
    UNION ALL
    SELECT below.oid, t.typbasetype,
           t.typnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid)
    FROM below JOIN pg_type t ON t.oid = below.base WHERE t.typtype = 'd'
)
SELECT n.nspname::text, t.typname::text, EXISTS (SELECT FROM below b WHERE b.oid = t.oid AND b.constrained),
       ARRAY(SELECT k.conname::text FROM pg_constraint k WHERE k.contypid = t.oid)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright')
  AND t.typtype IN ('b', 'c', 'd', 'e', 'm', 'r') AND t.typcategory <> 'A' AND coalesce(c.relkind = 'c', true)
