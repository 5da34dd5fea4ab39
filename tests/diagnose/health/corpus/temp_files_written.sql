-- found: current_database
-- stays
-- set: rate = 100kB
CREATE TABLE t AS SELECT n, md5(n::text) AS b FROM generate_series(1, 200000) n;
-- later: 10
SET work_mem = '64kB';
SELECT count(*) FROM (SELECT b FROM t ORDER BY b OFFSET 0) s;

-- not found: the sort fits
CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n;
-- later: 10
SELECT count(*) FROM (SELECT n FROM t ORDER BY n OFFSET 0) s;
