-- No target of its own is NULL since 17, and -1 before.
SELECT attrelid::bigint, attnum::int, ARRAY['SET STATISTICS ' || coalesce(attstattarget, -1)::int]
FROM col ORDER BY 1
