-- Whether statements are counted: the extension, the library, and its setting.
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS installed,
       current_setting('shared_preload_libraries', true) AS libraries,
       current_setting('pg_stat_statements.track', true) AS track,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS available
