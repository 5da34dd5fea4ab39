-- Sessions of clients against the places for them, and who has most of them.
SELECT current_setting('max_connections')::int AS most,
       current_setting('superuser_reserved_connections')::int
         + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
       count(*) AS used,
       count(*) FILTER (WHERE a.state = 'idle') AS idle,
       count(*) FILTER (WHERE a.state IS NULL AND a.backend_type IS NULL) AS hidden,
       mode() WITHIN GROUP (ORDER BY a.usename) AS "user",
       max(count(*)) OVER () AS largest
FROM pg_stat_activity a
WHERE coalesce(a.backend_type, 'client backend') = 'client backend' AND a.usename IS NOT NULL
