-- Triggers of relations that fire BEFORE or INSTEAD OF (tgtype bits 2 and 64).
SELECT DISTINCT tgname::text FROM pg_catalog.pg_trigger
WHERE tgrelid = ANY (%(oids)s::oid[]) AND tgtype & 66 <> 0
