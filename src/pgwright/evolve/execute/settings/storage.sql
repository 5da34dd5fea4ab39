SELECT attrelid::bigint, attnum::int, ARRAY['SET STORAGE ' || CASE attstorage
    WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END]
FROM col ORDER BY 1
