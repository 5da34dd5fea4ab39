-- Publications, one row for each table, schema or "all tables" that they name.
SELECT p.pubname::text, pg_get_userbyid(p.pubowner)::text, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
       p.pubviaroot, 'table', r.prrelid, NULL::text, r.oid,
       r.prattrs::int2[]::int[], --@ has_publication_column_list
       CASE WHEN r.prrelid <> ALL (%(locked)s::oid[]) THEN pg_get_expr(r.prqual, r.prrelid) END --@ has_publication_column_list
       NULL::int[], NULL::text --@ not has_publication_column_list
FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
UNION ALL --@ has_publication_schemas
SELECT p.pubname::text, pg_get_userbyid(p.pubowner)::text, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, --@ has_publication_schemas
       p.pubviaroot, 'schema', NULL, n.nspname::text, s.oid, NULL, NULL --@ has_publication_schemas
FROM pg_publication p JOIN pg_publication_namespace s ON s.pnpubid = p.oid --@ has_publication_schemas
JOIN pg_namespace n ON n.oid = s.pnnspid --@ has_publication_schemas
UNION ALL
SELECT p.pubname::text, pg_get_userbyid(p.pubowner)::text, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
       p.pubviaroot, 'all tables', NULL, NULL, p.oid, NULL, NULL
FROM pg_publication p WHERE p.puballtables
ORDER BY 1
