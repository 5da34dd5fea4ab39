-- found: public.t
-- severity: warning
-- set: bytes = 1MB
-- stays
CREATE TABLE t (id int PRIMARY KEY, a int, b text) WITH (autovacuum_enabled = false);
INSERT INTO t SELECT n, n, repeat('x', 50) FROM generate_series(1, 50000) n;
UPDATE t SET a = a + 1;
UPDATE t SET a = a + 1;
ANALYZE t;

-- found: public.t
-- set: bytes = 1MB
-- stays
CREATE EXTENSION pgstattuple;
CREATE TABLE t (id int PRIMARY KEY, a int, b text) WITH (autovacuum_enabled = false);
INSERT INTO t SELECT n, n, repeat('x', 50) FROM generate_series(1, 50000) n;
UPDATE t SET a = a + 1;
UPDATE t SET a = a + 1;
ANALYZE t;

-- not found: full of NULLs, of odd types, of text that is compressed, and with a fillfactor
-- set: bytes = 1MB
CREATE TABLE nulls (id int PRIMARY KEY, a int, b text, c text, d numeric, e timestamptz, f int, g int, h int, i int);
INSERT INTO nulls SELECT n FROM generate_series(1, 60000) n;
CREATE TABLE types (id bool, a int8, b bool, c float8, d bool, e numeric, f char(3), g inet, h uuid, PRIMARY KEY (a));
INSERT INTO types SELECT true, n, true, n, false, n / 7.0, 'abc', '10.0.0.1', md5(n::text)::uuid FROM generate_series(1, 60000) n;
CREATE TABLE large (id int PRIMARY KEY, a text, b jsonb);
INSERT INTO large SELECT n, repeat(md5(n::text), 1 + n % 100), jsonb_build_object('n', n, 't', repeat('y', n % 500))
FROM generate_series(1, 8000) n;
CREATE TABLE loose (id int PRIMARY KEY, a text) WITH (fillfactor = 40);
INSERT INTO loose SELECT n, repeat('x', 30) FROM generate_series(1, 60000) n;
VACUUM ANALYZE;

-- not found: what is suspicious is measured, and is full
-- set: bytes = 1MB
-- set: share = 5
CREATE EXTENSION pgstattuple;
CREATE TABLE types (b bool, a int8, c bool, e int8, d bool, f int8, g bool, h int8, PRIMARY KEY (a));
INSERT INTO types SELECT true, n, true, n, false, n, true, n FROM generate_series(1, 60000) n;
VACUUM ANALYZE types;
