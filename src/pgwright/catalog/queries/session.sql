-- Who reads, from where, and with which rights. Runs before search_path is emptied: the path is the session's own.
SELECT current_setting('server_version_num')::int,
       pg_catalog.current_database()::text,
       current_user::text,
       pg_catalog.current_schemas(false)::text[],
       ARRAY (SELECT n.nspname FROM pg_catalog.pg_namespace n
              WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright') ORDER BY 1)::text[],
       r.rolsuper,
       r.rolsuper OR r.rolbypassrls,
       ARRAY (SELECT m.rolname FROM pg_catalog.pg_roles m WHERE pg_catalog.pg_has_role(m.oid, 'USAGE'))::text[],
       r.rolsuper OR pg_catalog.has_parameter_privilege(current_user, 'session_replication_role', 'SET') --@ has_parameter_privileges
       r.rolsuper --@ not has_parameter_privileges
FROM pg_catalog.pg_roles r
WHERE r.rolname = current_user
