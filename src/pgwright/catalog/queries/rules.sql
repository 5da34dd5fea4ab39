-- Rules: the _RETURN of views and materialized views with what they show, and rules of users on tables and views.
SELECT r.oid, r.ev_class, r.rulename::text,
       CASE WHEN b.blocked THEN ''
            WHEN r.rulename = '_RETURN' THEN pg_get_viewdef(r.ev_class)
            ELSE pg_get_ruledef(r.oid) END
FROM pg_rewrite r
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_catalog.pg_rewrite'::regclass AND x.objid = r.oid
                   AND x.refclassid = 'pg_catalog.pg_class'::regclass AND x.refobjid = ANY (%(locked)s::oid[]))
) b (blocked)
WHERE r.ev_class = ANY (%(relations)s::oid[])
ORDER BY r.ev_class, r.oid
