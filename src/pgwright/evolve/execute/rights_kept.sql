-- All rights that stand in a catalog, each as (class, object, part, owner, letter for acldefault, acl), 14 to 18; default
-- privileges by the role and schema that they are for, because their rows come and go.
SELECT 'pg_class'::text AS class, oid::bigint AS object, 0 AS part, relowner::bigint AS owner,
       CASE relkind WHEN 'S' THEN 's' ELSE 'r' END AS letter, relacl::text[] AS acl
FROM pg_catalog.pg_class WHERE relacl IS NOT NULL
UNION ALL
SELECT 'pg_class', a.attrelid, a.attnum, c.relowner, 'c', a.attacl::text[]
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
UNION ALL
SELECT 'pg_proc', oid, 0, proowner, 'f', proacl::text[] FROM pg_catalog.pg_proc WHERE proacl IS NOT NULL
UNION ALL
SELECT 'pg_namespace', oid, 0, nspowner, 'n', nspacl::text[] FROM pg_catalog.pg_namespace WHERE nspacl IS NOT NULL
UNION ALL
SELECT 'pg_type', oid, 0, typowner, 'T', typacl::text[] FROM pg_catalog.pg_type WHERE typacl IS NOT NULL
UNION ALL
SELECT 'pg_language', oid, 0, lanowner, 'l', lanacl::text[] FROM pg_catalog.pg_language WHERE lanacl IS NOT NULL
UNION ALL
SELECT 'pg_foreign_data_wrapper', oid, 0, fdwowner, 'F', fdwacl::text[]
FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
UNION ALL
SELECT 'pg_foreign_server', oid, 0, srvowner, 'S', srvacl::text[]
FROM pg_catalog.pg_foreign_server WHERE srvacl IS NOT NULL
UNION ALL
SELECT 'pg_database', oid, 0, datdba, 'd', datacl::text[]
FROM pg_catalog.pg_database WHERE datacl IS NOT NULL AND datname = pg_catalog.current_database()
UNION ALL
SELECT 'pg_default_acl', defaclrole, defaclnamespace::int, ascii(defaclobjtype::text), defaclobjtype::text,
       defaclacl::text[]
FROM pg_catalog.pg_default_acl
