-- found: public.t
-- severity: warning
-- majors: 16 17 18
-- set: updates = 1000
-- cure: ALTER TABLE public.t SET (fillfactor = 85);
CREATE TABLE t (id int PRIMARY KEY, a int, b text) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT n, n, repeat('x', 100) FROM generate_series(1, 20000) n;
UPDATE t SET a = a + 1;
-- later: 3600
UPDATE t SET a = a + 1;
UPDATE t SET a = a + 1;

-- found: public.t
-- severity: notice
-- majors: 14 15
-- set: updates = 1000
CREATE TABLE t (id int PRIMARY KEY, a int, b text) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT n, n, repeat('x', 100) FROM generate_series(1, 20000) n;
UPDATE t SET a = a + 1;
-- later: 3600
UPDATE t SET a = a + 1;

-- not found: room was left
-- set: updates = 1000
CREATE TABLE t (id int PRIMARY KEY, a int, b text) WITH (fillfactor = 40);
INSERT INTO t SELECT n, n, repeat('x', 100) FROM generate_series(1, 20000) n;
UPDATE t SET a = a + 1;
-- later: 3600
UPDATE t SET a = a + 1;

-- not found: the updates of long ago
-- set: updates = 1000
CREATE TABLE t (id int PRIMARY KEY, a int, b text) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT n, n, repeat('x', 100) FROM generate_series(1, 20000) n;
UPDATE t SET a = a + 1;
-- later: 3600
SELECT 1;
