SELECT attrelid::bigint, attnum::int, ARRAY['SET COMPRESSION ' || CASE attcompression
    WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE 'DEFAULT' END]
FROM col ORDER BY 1
