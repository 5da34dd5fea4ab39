-- What keeps DROP ... RESTRICT from dropping objects (arrays `classes`, `objects`) in one statement: everything that
-- depends on them, or on what goes with them, and does not go itself. 14 to 18; deptypes as in catalogs/pg_depend.
WITH RECURSIVE going (classid, objid) AS (
    SELECT wanted.classid, wanted.objid FROM unnest(%(classes)s::oid[], %(objects)s::oid[]) wanted (classid, objid)
    UNION
    SELECT d.classid, d.objid FROM going
    JOIN pg_catalog.pg_depend d ON d.refclassid = going.classid AND d.refobjid = going.objid
    WHERE d.deptype IN ('a', 'i', 'P', 'S', 'e')
), hanging AS (
    SELECT DISTINCT coalesce(v.classid, d.classid) AS classid, coalesce(v.objid, d.objid) AS objid,
           CASE WHEN v.objid IS NULL THEN d.objsubid ELSE 0 END AS objsubid
    FROM going
    JOIN pg_catalog.pg_depend d ON d.refclassid = going.classid AND d.refobjid = going.objid AND d.deptype = 'n'
    -- A view hangs by its rule.
    LEFT JOIN LATERAL (
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::oid, r.ev_class FROM pg_catalog.pg_rewrite r
        WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid AND r.rulename = '_RETURN'
    ) v (classid, objid) ON true
)
SELECT pg_catalog.pg_describe_object(h.classid, h.objid, h.objsubid) FROM hanging h
WHERE NOT EXISTS (SELECT FROM going WHERE going.classid = h.classid AND going.objid = h.objid)
ORDER BY 1
