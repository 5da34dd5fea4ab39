-- Statements that grant again what was granted on the table, its columns and the sequences that it owns, to others than
-- the owner of each; of columns to the owner too, with the statement that takes it away: what a new owner had on columns
-- would be the old one's after the way back.
WITH RECURSIVE thing (oid, number, kind, acl, owner) AS (
    SELECT c.oid, 0, 'TABLE', c.relacl, c.relowner FROM pg_catalog.pg_class c WHERE c.oid = %(relation)s
    UNION ALL
    SELECT a.attrelid, a.attnum::int, 'COLUMN', a.attacl, c.relowner
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE a.attrelid = %(relation)s AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT s.oid, 0, 'SEQUENCE', s.relacl, s.relowner FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refobjid = %(relation)s AND d.deptype IN ('a', 'i')
)
SELECT pg_catalog.format('GRANT %%s TO %%s%%s', what.text, what.grantee,
           CASE WHEN given.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END),
       CASE WHEN given.grantee = thing.owner THEN pg_catalog.format('REVOKE %%s FROM %%s', what.text, what.grantee) END
FROM thing JOIN pg_catalog.pg_class c ON c.oid = thing.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = thing.oid AND a.attnum = thing.number AND thing.number > 0,
LATERAL pg_catalog.aclexplode(thing.acl) given,
LATERAL (SELECT pg_catalog.format('%%s%%s ON %%s %%I.%%I', given.privilege_type,
    CASE WHEN thing.number > 0 THEN pg_catalog.format(' (%%I)', a.attname) ELSE '' END,
    CASE thing.kind WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname),
    CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(given.grantee)) END
) what (text, grantee)
WHERE given.grantee <> thing.owner OR thing.number > 0
ORDER BY thing.oid, thing.number, 1
