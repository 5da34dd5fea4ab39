-- found: public.t_pkey
-- severity: warning
-- set: bytes = 500kB
-- cure: REINDEX INDEX CONCURRENTLY public.t_pkey;
CREATE TABLE t (id int PRIMARY KEY, a text);
INSERT INTO t SELECT n, 'x' FROM generate_series(1, 100000) n;
DELETE FROM t WHERE id % 10 <> 0;
VACUUM ANALYZE t;

-- found: public.t_a_idx
-- set: bytes = 500kB
CREATE EXTENSION pgstattuple;
CREATE TABLE t (id int, a text);
INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 50000) n;
CREATE INDEX t_a_idx ON t (a);
DELETE FROM t WHERE id % 10 <> 0;
VACUUM ANALYZE t;

-- not found: freshly built, of equal keys, of text, of several columns, with a fillfactor, of an expression, partial
-- set: bytes = 500kB
CREATE TABLE t (id int PRIMARY KEY, a int, b text, c numeric, d text);
INSERT INTO t SELECT n, n % 20, md5(n::text), n / 3.0, CASE WHEN n % 2 = 0 THEN repeat('z', n % 30) END
FROM generate_series(1, 60000) n;
CREATE INDEX ON t (a);
CREATE INDEX ON t (b);
CREATE INDEX ON t (a, b);
CREATE INDEX ON t (c);
CREATE INDEX ON t (d);
CREATE INDEX ON t (b) WITH (fillfactor = 50);
CREATE INDEX ON t (upper(b));
CREATE INDEX ON t (b) WHERE a < 10;
CREATE INDEX ON t (a) INCLUDE (b);
VACUUM ANALYZE t;

-- not found: inserted in random order
-- set: bytes = 500kB
CREATE TABLE t (id uuid PRIMARY KEY, a text);
INSERT INTO t SELECT md5(n::text)::uuid, md5((n % 1000)::text) FROM generate_series(1, 60000) n;
CREATE INDEX ON t (a);
INSERT INTO t SELECT md5(n::text)::uuid, md5((n % 1000)::text) FROM generate_series(60001, 90000) n;
VACUUM ANALYZE t;
