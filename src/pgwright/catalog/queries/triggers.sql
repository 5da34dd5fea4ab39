-- Users' triggers. Up to 14 the clones on partitions are marked internal, like those of foreign keys and deferred keys.
SELECT t.oid, t.tgrelid, t.tgname::text, t.tgfoid, n.nspname::text, p.proname::text,
       CASE WHEN t.tgrelid = ANY (%(locked)s::oid[]) THEN '' ELSE pg_get_triggerdef(t.oid) END,
       t.tgtype::int, t.tgenabled::text, t.tgattr::int2[]::int[], t.tgconstraint <> 0, nullif(t.tgparentid, 0),
       d.description, t.xmin::text::bigint, t.tgqual IS NOT NULL
FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
LEFT JOIN pg_description d ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_trigger'::regclass AND d.objsubid = 0
WHERE t.tgrelid = ANY (%(relations)s::oid[])
  AND (NOT t.tgisinternal OR (t.tgparentid <> 0 AND coalesce(k.contype, 't') = 't'))
ORDER BY t.tgrelid, t.tgname
