-- Whether statements are counted: the extension, and the setting of its library, which exists where that is loaded.
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS installed,
       current_setting('pg_stat_statements.track', true) AS track,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS available
