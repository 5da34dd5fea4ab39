-- A domain. The base type is the one that it is made of, which may be a domain itself.
SELECT n.nspname::text, t.typname::text, pg_get_userbyid(t.typowner)::text, format_type(t.typbasetype, t.typtypmod),
       CASE WHEN t.typcollation <> b.typcollation AND t.typcollation <> 0 THEN (
           SELECT format(' COLLATE %%I.%%I', cn.nspname, c.collname) FROM pg_collation c
           JOIN pg_namespace cn ON cn.oid = c.collnamespace WHERE c.oid = t.typcollation) ELSE '' END,
       t.typnotnull, pg_get_expr(t.typdefaultbin, 0)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.oid = %(domain)s AND t.typtype = 'd'
