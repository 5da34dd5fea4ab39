-- What is bound to a column by its number and can be made anew where it stands: views, rules, policies, triggers,
-- published column lists and row filters, statistics objects, SQL-standard function bodies.
WITH RECURSIVE col AS (
    SELECT a.attrelid, a.attnum FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = ANY (%(parts)s::oid[]) AND a.attname = %(column)s AND NOT a.attisdropped
), bound AS (
    SELECT DISTINCT d.classid, d.objid
    FROM pg_catalog.pg_depend d JOIN col ON d.refobjid = col.attrelid AND d.refobjsubid = col.attnum
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass
), clones (root, oid) AS (
    SELECT t.oid, t.oid FROM bound b JOIN pg_catalog.pg_trigger t ON t.oid = b.objid
    WHERE b.classid = 'pg_catalog.pg_trigger'::regclass AND t.tgparentid = 0
    UNION ALL
    SELECT c.root, t.oid FROM clones c JOIN pg_catalog.pg_trigger t ON t.tgparentid = c.oid
)
SELECT CASE WHEN r.rulename <> '_RETURN' THEN 'rule' WHEN c.relkind = 'v' THEN 'view' ELSE 'materialized view' END,
       r.oid::bigint, c.oid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname), r.rulename::text,
       CASE WHEN r.rulename = '_RETURN' THEN pg_catalog.pg_get_viewdef(c.oid) ELSE pg_catalog.pg_get_ruledef(r.oid) END,
       pg_catalog.to_jsonb(c.reloptions)
FROM bound b JOIN pg_catalog.pg_rewrite r ON r.oid = b.objid JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE b.classid = 'pg_catalog.pg_rewrite'::regclass
UNION ALL
SELECT 'policy', p.oid::bigint, c.oid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname), p.polname::text, '',
       pg_catalog.jsonb_build_array(pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                                    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
FROM bound b JOIN pg_catalog.pg_policy p ON p.oid = b.objid JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE b.classid = 'pg_catalog.pg_policy'::regclass
UNION ALL
SELECT 'trigger', t.oid::bigint, c.oid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname), t.tgname::text,
       pg_catalog.pg_get_triggerdef(t.oid),
       pg_catalog.jsonb_build_object(
           'constraint', t.tgconstraint <> 0, 'comment', pg_catalog.obj_description(t.oid, 'pg_trigger'),
           'states', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                          pg_catalog.format('%%I.%%I', xn.nspname, xc.relname), x.tgname, x.tgenabled) ORDER BY x.oid)
                      FROM clones JOIN pg_catalog.pg_trigger x ON x.oid = clones.oid
                      JOIN pg_catalog.pg_class xc ON xc.oid = x.tgrelid
                      JOIN pg_catalog.pg_namespace xn ON xn.oid = xc.relnamespace
                      WHERE clones.root = t.oid))
FROM bound b JOIN pg_catalog.pg_trigger t ON t.oid = b.objid JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
WHERE b.classid = 'pg_catalog.pg_trigger'::regclass AND t.tgparentid = 0 AND NOT t.tgisinternal
  AND f.pronamespace <> coalesce((SELECT j.oid FROM pg_catalog.pg_namespace j WHERE j.nspname = 'pgwright'), 0)
UNION ALL --@ has_publication_column_list
SELECT 'publication', p.oid::bigint, c.oid::bigint, pg_catalog.format('%%I.%%I', n.nspname, c.relname), q.pubname::text, --@ has_publication_column_list
       pg_catalog.pg_get_expr(p.prqual, p.prrelid), --@ has_publication_column_list
       (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a --@ has_publication_column_list
        WHERE a.attrelid = p.prrelid AND a.attnum = ANY (p.prattrs)) --@ has_publication_column_list
FROM bound b JOIN pg_catalog.pg_publication_rel p ON p.oid = b.objid --@ has_publication_column_list
JOIN pg_catalog.pg_publication q ON q.oid = p.prpubid JOIN pg_catalog.pg_class c ON c.oid = p.prrelid --@ has_publication_column_list
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace --@ has_publication_column_list
WHERE b.classid = 'pg_catalog.pg_publication_rel'::regclass --@ has_publication_column_list
UNION ALL
SELECT 'statistics', s.oid::bigint, s.stxrelid::bigint, pg_catalog.format('%%I.%%I', n.nspname, s.stxname),
       s.stxname::text, pg_catalog.pg_get_statisticsobjdef(s.oid),
       pg_catalog.jsonb_build_array(pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(s.stxowner)),
                                    nullif(s.stxstattarget, -1), pg_catalog.obj_description(s.oid, 'pg_statistic_ext'))
FROM bound b JOIN pg_catalog.pg_statistic_ext s ON s.oid = b.objid
JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
WHERE b.classid = 'pg_catalog.pg_statistic_ext'::regclass
UNION ALL
SELECT 'function', f.oid::bigint, 0, f.oid::regprocedure::text, f.proname::text, pg_catalog.pg_get_functiondef(f.oid), NULL
FROM bound b JOIN pg_catalog.pg_proc f ON f.oid = b.objid
WHERE b.classid = 'pg_catalog.pg_proc'::regclass
ORDER BY 1, 2
