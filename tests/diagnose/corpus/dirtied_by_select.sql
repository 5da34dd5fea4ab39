-- setup
CREATE TABLE loaded (id int, body text) WITH (autovacuum_enabled = off);
INSERT INTO loaded SELECT n, repeat('x', 900) FROM generate_series(1, 80000) n;
CREATE TABLE tidy (LIKE loaded);
INSERT INTO tidy SELECT n, repeat('x', 900) FROM generate_series(1, 80000) n;
VACUUM ANALYZE tidy;

-- found: each run is the first to read its pages
-- maybe: io_bound row_misestimate stale_statistics
-- cure: VACUUM (ANALYZE) public.loaded;
SELECT count(*) FROM loaded TABLESAMPLE SYSTEM (30);

-- not found: it was vacuumed
-- maybe: io_bound
SELECT count(*) FROM tidy TABLESAMPLE SYSTEM (30);

-- not found: it is there to write
-- writes
-- maybe: io_bound
UPDATE tidy SET id = id + 1 WHERE id < 30000;
