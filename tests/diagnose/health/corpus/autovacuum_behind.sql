-- found: public.t
-- severity: warning
-- cure: VACUUM public.t;
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT n, n FROM generate_series(1, 5000) n;
ANALYZE t;
UPDATE t SET a = a + 1;
-- later: 90000
SELECT 1;

-- found: public.t
CREATE TABLE t (id int PRIMARY KEY, a text) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = true);
ALTER TABLE t ALTER a SET STORAGE EXTERNAL;
INSERT INTO t SELECT n, repeat('x', 9000) FROM generate_series(1, 200) n;
DELETE FROM t;
-- later: 90000
SELECT 1;

-- not found: it was vacuumed in between, and is due again
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT n, n FROM generate_series(1, 5000) n;
ANALYZE t;
UPDATE t SET a = a + 1;
-- later: 90000
VACUUM t;
UPDATE t SET a = a + 1;

-- not found: it is due since a moment
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT n, n FROM generate_series(1, 900) n;
ANALYZE t;
-- later: 90000
UPDATE t SET a = a + 1;

-- not found: the factor of the table allows it
CREATE TABLE t (id int PRIMARY KEY, a int) WITH (autovacuum_vacuum_scale_factor = 2, autovacuum_vacuum_insert_threshold = -1);
INSERT INTO t SELECT n, n FROM generate_series(1, 5000) n;
ANALYZE t;
UPDATE t SET a = a + 1;
-- later: 90000
SELECT 1;
