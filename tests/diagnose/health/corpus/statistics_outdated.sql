-- found: public.t
-- severity: warning
-- cure: ANALYZE public.t;
CREATE TABLE t (id int PRIMARY KEY, a int) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT n, n FROM generate_series(1, 20000) n;
ANALYZE t;
UPDATE t SET a = a + 1 WHERE id <= 12000;

-- found: public.p
-- cure: ANALYZE public.p;
CREATE TABLE p (k int PRIMARY KEY) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100000);
INSERT INTO p SELECT generate_series(1, 1000);
ANALYZE p;
INSERT INTO p SELECT generate_series(1001, 20000);
ANALYZE p1;

-- not found: autovacuum has not had its turn since
CREATE TABLE t (id int PRIMARY KEY, a int) WITH (autovacuum_enabled = on);
INSERT INTO t SELECT n, n FROM generate_series(1, 20000) n;
ANALYZE t;
UPDATE t SET a = a + 1 WHERE id <= 12000;

-- not found: a tenth, which autovacuum waits for
CREATE TABLE t (id int PRIMARY KEY, a int) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT n, n FROM generate_series(1, 120000) n;
ANALYZE t;
UPDATE t SET a = a + 1 WHERE id <= 12000;

-- not found: somebody wants it so
CREATE TABLE t (id int PRIMARY KEY, a int) WITH (autovacuum_analyze_scale_factor = 0.5, autovacuum_enabled = off);
INSERT INTO t SELECT n, n FROM generate_series(1, 20000) n;
ANALYZE t;
UPDATE t SET a = a + 1 WHERE id <= 12000;

-- not found: half of a small table
CREATE TABLE t (id int PRIMARY KEY, a int) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT n, n FROM generate_series(1, 2000) n;
ANALYZE t;
UPDATE t SET a = a + 1 WHERE id <= 1500;
