-- found: public.t_a_idx
-- severity: danger
-- stays
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT n, n % 10 FROM generate_series(1, 100) n;
-- fails
CREATE UNIQUE INDEX CONCURRENTLY t_a_idx ON t (a);

-- found: public.t_a_idx
-- cure: REINDEX INDEX CONCURRENTLY public.t_a_idx;
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT n, n % 10 FROM generate_series(1, 100) n;
-- fails
CREATE UNIQUE INDEX CONCURRENTLY t_a_idx ON t (a);
UPDATE t SET a = id;

-- found: "É".pk_ccnew
-- cure: DROP INDEX CONCURRENTLY """É""".pk_ccnew;
CREATE SCHEMA """É""";
CREATE TABLE """É""".t (id int, a int);
INSERT INTO """É""".t SELECT n % 10, n FROM generate_series(1, 100) n;
-- fails
CREATE UNIQUE INDEX CONCURRENTLY pk_ccnew ON """É""".t (id);

-- found: public.whole
-- severity: warning
-- stays
CREATE TABLE p (id int, k int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE INDEX whole ON ONLY p (id);

-- not found: a valid index of a partitioned table, and one that was made again
CREATE TABLE p (id int, k int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE INDEX ON p (id);
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t SELECT n, n % 10 FROM generate_series(1, 100) n;
-- fails
CREATE UNIQUE INDEX CONCURRENTLY t_a_idx ON t (a);
UPDATE t SET a = id;
REINDEX INDEX CONCURRENTLY t_a_idx;
