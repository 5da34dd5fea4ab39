-- What the session's role may do in this database, and what the server has left. One row.
SELECT current_user::text AS role,
       current_database()::text AS database,
       current_setting('server_version_num')::int AS version,
       role.rolsuper AS superuser,
       role.rolsuper OR role.rolbypassrls AS bypass_rls,
       pg_is_in_recovery() AS standby,
       has_database_privilege(current_database(), 'CREATE') AS may_create,
       has_database_privilege(current_database(), 'TEMP') AS may_temp,
       to_regnamespace('pgwright') IS NOT NULL AS has_schema,
       -- CASE, because the functions raise where the schema is not there
       CASE WHEN to_regnamespace('pgwright') IS NOT NULL THEN has_schema_privilege('pgwright', 'USAGE') END AS may_use_schema,
       CASE WHEN to_regnamespace('pgwright') IS NOT NULL THEN has_schema_privilege('pgwright', 'CREATE') END AS may_create_in_schema,
       CASE WHEN to_regnamespace('pgwright') IS NOT NULL
            THEN EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('pgwright') AND relname = 'journal')
       END AS has_journal,
       ARRAY(SELECT c.relname::text FROM pg_class AS c
             WHERE c.relnamespace = to_regnamespace('pgwright') AND c.relkind = 'r'
               AND NOT pg_has_role(current_user, c.relowner, 'USAGE') ORDER BY 1) AS journal_of_others,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS slots,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int AS sessions,
       session_user::text AS login,
       (SELECT rolconnlimit FROM pg_roles WHERE rolname = session_user) AS role_limit,
       (SELECT count(*) FROM pg_stat_activity WHERE usename = session_user)::int AS role_sessions,
       (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_limit,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend')::int
           AS database_sessions,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS has_statements,
       (SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_stat_statements') AS statements_schema,
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS reads_all_stats
FROM pg_roles AS role
WHERE role.rolname = current_user;
