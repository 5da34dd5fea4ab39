-- The relations of the asked schemas and those elsewhere that hang together with them: inheritance and partitions
-- both ways, the views above, the relations that a view reads, and the other side of every foreign key.
WITH RECURSIVE edges (a, b) AS MATERIALIZED (
    SELECT i.inhrelid, i.inhparent FROM pg_inherits i
    UNION
    SELECT i.inhparent, i.inhrelid FROM pg_inherits i
    UNION
    SELECT d.refobjid, r.ev_class
    FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.refobjid <> r.ev_class
    UNION
    SELECT d.objid, d.refobjid
    FROM pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.deptype IN ('a', 'i') AND d.refobjid <> d.objid AND d.refobjsubid > 0 AND d.objsubid = 0
), reached (oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY (%(schemas)s::text[]) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION
    SELECT e.b FROM reached JOIN edges e ON e.a = reached.oid
)
SELECT oid FROM reached
UNION
SELECT k.confrelid FROM pg_constraint k JOIN reached ON reached.oid = k.conrelid WHERE k.contype = 'f'
UNION
SELECT k.conrelid FROM pg_constraint k JOIN reached ON reached.oid = k.confrelid WHERE k.contype = 'f'
UNION
SELECT d.refobjid
FROM pg_rewrite r JOIN reached ON reached.oid = r.ev_class
JOIN pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
                AND d.refclassid = 'pg_catalog.pg_class'::regclass
