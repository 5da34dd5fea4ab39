-- Views `views` and all views that read them, at any depth, with all that is lost when one is dropped and that has to be
-- made again: those that read others come later. Last, what else hangs on a view and would be lost.
WITH RECURSIVE tree (oid, depth) AS (
    SELECT unnest(%(views)s::oid[]), 0
    UNION
    SELECT r.ev_class, tree.depth + 1
    FROM tree JOIN pg_catalog.pg_depend d
      ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = tree.oid
     AND d.classid = 'pg_catalog.pg_rewrite'::regclass
    JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN' AND r.ev_class <> tree.oid
), level AS (
    SELECT oid, pg_catalog.max(depth) AS depth FROM tree GROUP BY oid
)
SELECT c.oid::bigint, c.relkind::text, pg_catalog.format('%%I.%%I', n.nspname, c.relname),
       pg_catalog.pg_get_viewdef(c.oid), coalesce(c.reloptions, '{}'),
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner)), pg_catalog.obj_description(c.oid, 'pg_class'),
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(NULL, x.privilege_type, x.is_grantable,
                   CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END))
        FROM pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) x),
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(pg_catalog.quote_ident(a.attname), x.privilege_type, x.is_grantable,
                   CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END)
                   ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) x
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(pg_catalog.quote_ident(a.attname),
                   pg_catalog.pg_get_expr(e.adbin, e.adrelid), pg_catalog.col_description(c.oid, a.attnum)) ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(pg_catalog.quote_ident(r.rulename),
                   pg_catalog.pg_get_ruledef(r.oid), pg_catalog.obj_description(r.oid, 'pg_rewrite')) ORDER BY r.oid)
        FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'),
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(pg_catalog.quote_ident(t.tgname),
                   pg_catalog.pg_get_triggerdef(t.oid), pg_catalog.obj_description(t.oid, 'pg_trigger')) ORDER BY t.oid)
        FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal),
       ARRAY(SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
             FROM pg_catalog.pg_depend d
             LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
             LEFT JOIN pg_catalog.pg_trigger t ON d.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid = d.objid
             WHERE (d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
                    OR d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (
                        c.reltype, (SELECT y.typarray FROM pg_catalog.pg_type y WHERE y.oid = c.reltype)))
               AND d.deptype IN ('n', 'a')
               AND NOT (r.oid IS NOT NULL AND (r.ev_class = c.oid OR r.rulename = '_RETURN' AND r.ev_class IN (SELECT level.oid FROM level)))
               AND NOT (t.oid IS NOT NULL AND t.tgrelid = c.oid)
               AND NOT (d.classid = 'pg_catalog.pg_attrdef'::regclass)
             ORDER BY 1)
       || ARRAY(SELECT 'the security label of ' || l.provider FROM pg_catalog.pg_seclabel l
                WHERE l.classoid = 'pg_catalog.pg_class'::regclass AND l.objoid = c.oid)
       || CASE WHEN c.relkind <> 'v' THEN ARRAY['what it holds: it is a materialized view'] ELSE '{}' END
       || CASE WHEN n.nspname ~ '^pg_temp' THEN ARRAY['a session, of which it is a temporary view'] ELSE '{}' END,
       ARRAY(SELECT DISTINCT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END
             FROM pg_catalog.pg_default_acl da, pg_catalog.aclexplode(da.defaclacl) x
             WHERE da.defaclobjtype = 'r' AND da.defaclnamespace IN (0, n.oid))
FROM level JOIN pg_catalog.pg_class c ON c.oid = level.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY level.depth, c.oid
