-- Every object of the asked schemas (none asked: all of the user) with a digest of its definition; for relations the
-- digests of their parts, too. What extensions brought is theirs. A partition is its parent's business: only its
-- name is given. Texts are the server's own, so search_path must be pg_catalog alone.
WITH covered AS MATERIALIZED (
    SELECT n.oid, n.nspname::text AS schema, n.nspacl FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright')
      AND (cardinality(%(schemas)s::text[]) = 0 OR n.nspname = ANY (%(schemas)s::text[]))
), member AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e'
), relation AS MATERIALIZED (
    SELECT c.oid, s.schema, c.relname::text AS name, c.relkind, c.relpersistence, c.relrowsecurity,
           c.relforcerowsecurity, c.relreplident, c.reloptions, c.relacl, c.reloftype, c.relam
    FROM pg_class c JOIN covered s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition
      AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
), part (relation, part, digest) AS (
    SELECT r.oid, 'definition:', md5(ROW(r.relkind = 'p', r.relpersistence, r.relreplident, r.reloftype::regtype,
               CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
               CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END,
               ARRAY (SELECT i.inhparent::regclass::text FROM pg_inherits i
                      WHERE i.inhrelid = r.oid ORDER BY i.inhseqno))::text)
    FROM relation r
    UNION ALL
    SELECT r.oid, 'row security:', md5(ROW(r.relrowsecurity, r.relforcerowsecurity)::text) FROM relation r
    UNION ALL
    -- How the server looks after a table is a matter of its operation.
    SELECT r.oid, 'options:', md5(ARRAY (SELECT o FROM unnest(r.reloptions) o
                                         WHERE o !~ '^(toast\.)?(autovacuum|vacuum)_' ORDER BY o COLLATE "C")::text)
    FROM relation r
    UNION ALL
    SELECT r.oid, 'privileges:', md5(ARRAY (SELECT x::text FROM unnest(r.relacl) x ORDER BY x::text COLLATE "C")::text)
    FROM relation r
    UNION ALL
    SELECT a.attrelid, 'column:' || a.attname, md5(ROW(
               format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity, a.attcompression,
               nullif(a.attstattarget, -1), a.attoptions, nullif(a.attstorage, t.typstorage),
               CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
               pg_get_expr(ad.adbin, ad.adrelid),
               ARRAY (SELECT x::text FROM unnest(a.attacl) x ORDER BY x::text COLLATE "C"))::text)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'f')
    UNION ALL
    -- Those with a parent come and go with partitions, also on the other side of a foreign key.
    SELECT k.conrelid, 'constraint:' || k.conname, md5(ROW(pg_get_constraintdef(k.oid), k.convalidated)::text)
    FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
    WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0
    UNION ALL
    SELECT i.indrelid, CASE WHEN i.indisunique THEN 'unique index:' ELSE 'index:' END || c.relname,
           md5(ROW(pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisreplident)::text)
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT t.tgrelid, 'trigger:' || t.tgname, md5(ROW(pg_get_triggerdef(t.oid), t.tgenabled)::text)
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT p.polrelid, 'policy:' || p.polname, md5(ROW(p.polcmd, p.polpermissive,
               ARRAY (SELECT g.rolname FROM pg_roles g WHERE g.oid = ANY (p.polroles) ORDER BY 1),
               pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))::text)
    FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    SELECT w.ev_class, 'rule:' || w.rulename, md5(ROW(pg_get_ruledef(w.oid), w.ev_enabled)::text)
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT e.stxrelid, 'statistics:' || e.stxname, md5(pg_get_statisticsobjdef(e.oid))
    FROM relation r JOIN pg_statistic_ext e ON e.stxrelid = r.oid
), parts AS (
    SELECT p.relation, md5(string_agg(p.part || '=' || p.digest, ',' ORDER BY p.part COLLATE "C")) AS digest,
           jsonb_object_agg(p.part, p.digest) AS parts
    FROM part p GROUP BY p.relation
)
SELECT CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
            ELSE CASE WHEN EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = r.oid) THEN 'child table'
                      ELSE 'table' END END AS kind,
       r.schema, r.name, p.digest, p.parts
FROM relation r JOIN parts p ON p.relation = r.oid
UNION ALL
SELECT 'partition', s.schema, c.relname, '', NULL
FROM pg_class c JOIN covered s ON s.oid = c.relnamespace WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
UNION ALL
-- Those of a serial or identity column go with it.
SELECT 'sequence', s.schema, c.relname, md5(ROW(q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmax, q.seqmin,
           q.seqcache, q.seqcycle, ARRAY (SELECT x::text FROM unnest(c.relacl) x ORDER BY x::text COLLATE "C"))::text), NULL
FROM pg_class c JOIN covered s ON s.oid = c.relnamespace JOIN pg_sequence q ON q.seqrelid = c.oid
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
                  AND ((d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))
                       OR d.deptype = 'e'))
UNION ALL
SELECT CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, s.schema,
       f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')',
       md5(ROW(pg_get_function_arguments(f.oid), pg_get_function_result(f.oid), f.prosrc, f.probin, l.lanname,
               f.provolatile, f.proisstrict, f.prosecdef, f.proleakproof, f.proparallel, f.proconfig, f.prokind,
               f.procost, f.prorows, pg_get_function_sqlbody(f.oid),
               (SELECT ROW(a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggtranstype::regtype, a.agginitval)::text
                FROM pg_aggregate a WHERE a.aggfnoid = f.oid),
               ARRAY (SELECT x::text FROM unnest(f.proacl) x ORDER BY x::text COLLATE "C"))::text), NULL
FROM pg_proc f JOIN covered s ON s.oid = f.pronamespace JOIN pg_language l ON l.oid = f.prolang
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = f.oid)
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, s.schema, t.typname,
       md5(ROW(t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
               ARRAY (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder),
               ARRAY (SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
               ARRAY (SELECT k.conname || ' ' || pg_get_constraintdef(k.oid) || k.convalidated FROM pg_constraint k
                      WHERE k.contypid = t.oid ORDER BY k.conname COLLATE "C"),
               (SELECT g.rngsubtype::regtype::text FROM pg_range g WHERE g.rngtypid = t.oid),
               ARRAY (SELECT x::text FROM unnest(t.typacl) x ORDER BY x::text COLLATE "C"))::text), NULL
FROM pg_type t JOIN covered s ON s.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE (t.typtype IN ('d', 'e', 'r') OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'b' AND t.typelem = 0))
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
UNION ALL
SELECT 'operator', s.schema, o.oid::regoperator::text, md5(o.oprcode::text), NULL
FROM pg_operator o JOIN covered s ON s.oid = o.oprnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_operator'::regclass AND m.objid = o.oid)
UNION ALL
SELECT 'collation', s.schema, o.collname, md5(ROW(o.collprovider, o.collisdeterministic, o.collcollate)::text), NULL
FROM pg_collation o JOIN covered s ON s.oid = o.collnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_collation'::regclass AND m.objid = o.oid)
UNION ALL
SELECT 'extension', s.schema, e.extname, md5(e.extversion), NULL
FROM pg_extension e JOIN covered s ON s.oid = e.extnamespace
UNION ALL
SELECT 'schema', '', s.schema, md5(ARRAY (SELECT x::text FROM unnest(s.nspacl) x ORDER BY x::text COLLATE "C")::text), NULL
FROM covered s
