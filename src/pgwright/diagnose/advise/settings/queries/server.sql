-- The server and its settings: those that a new session of this role begins with, since this transaction has some of its
-- own. Of managed services each has a role that stands for its administrators.
SELECT current_setting('server_version_num')::int, version(), pg_catalog.pg_jit_available(),
       pg_catalog.pg_backend_pid(), current_user::text, (SELECT r.rolsuper FROM pg_catalog.pg_roles r
                                                         WHERE r.rolname = current_user),
       (SELECT min(CASE r.rolname WHEN 'rds_superuser' THEN 'Amazon RDS' WHEN 'cloudsqlsuperuser' THEN 'Cloud SQL'
                                  WHEN 'alloydbsuperuser' THEN 'AlloyDB' WHEN 'azure_pg_admin' THEN 'Azure'
                                  WHEN 'supabase_admin' THEN 'Supabase' WHEN 'neon_superuser' THEN 'Neon' END)
        FROM pg_catalog.pg_roles r
        WHERE r.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin',
                            'supabase_admin', 'neon_superuser')),
       (SELECT jsonb_agg(jsonb_build_array(s.name, s.reset_val, coalesce(s.unit, ''), s.context, s.source,
                                           coalesce(s.boot_val, ''), coalesce(s.enumvals, '{}'), s.pending_restart))
        FROM pg_catalog.pg_settings s)
