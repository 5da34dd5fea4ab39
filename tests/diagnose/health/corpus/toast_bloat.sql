-- found: public.t
-- severity: warning
-- set: bytes = 1MB
-- stays
CREATE TABLE t (id int PRIMARY KEY, b text) WITH (autovacuum_enabled = false);
ALTER TABLE t ALTER b SET STORAGE EXTERNAL;
INSERT INTO t SELECT n, repeat('x', 5000) FROM generate_series(1, 2000) n;
DELETE FROM t WHERE id % 10 <> 0;
VACUUM t;

-- found: public.t
-- set: bytes = 1MB
-- stays
CREATE EXTENSION pgstattuple;
CREATE TABLE t (id int PRIMARY KEY, b text) WITH (autovacuum_enabled = false);
ALTER TABLE t ALTER b SET STORAGE EXTERNAL;
INSERT INTO t SELECT n, repeat('x', 5000) FROM generate_series(1, 2000) n;
DELETE FROM t WHERE id % 10 <> 0;
VACUUM t;

-- not found: full, of values of which a last piece is small, is large, or is the only one
-- set: bytes = 1MB
CREATE TABLE small (id int PRIMARY KEY, b text);
CREATE TABLE large (id int PRIMARY KEY, b text);
CREATE TABLE single (id int PRIMARY KEY, b text);
ALTER TABLE small ALTER b SET STORAGE EXTERNAL;
ALTER TABLE large ALTER b SET STORAGE EXTERNAL;
ALTER TABLE single ALTER b SET STORAGE EXTERNAL;
INSERT INTO small SELECT n, repeat('x', 2100) FROM generate_series(1, 2000) n;
INSERT INTO large SELECT n, repeat('x', 3980) FROM generate_series(1, 2000) n;
INSERT INTO single SELECT n, repeat('x', 1500) || repeat('y', 600) FROM generate_series(1, 2000) n;
VACUUM ANALYZE;

-- not found: half of it was deleted, which is less than the share, and the table itself is not looked at
-- set: bytes = 1MB
CREATE TABLE t (id int PRIMARY KEY, b text) WITH (autovacuum_enabled = false);
ALTER TABLE t ALTER b SET STORAGE EXTERNAL;
INSERT INTO t SELECT n, repeat('x', 5000) FROM generate_series(1, 2000) n;
DELETE FROM t WHERE id % 3 = 0;
VACUUM t;
CREATE TABLE bloated (id int PRIMARY KEY, a int) WITH (autovacuum_enabled = false);
INSERT INTO bloated SELECT n, n FROM generate_series(1, 100000) n;
DELETE FROM bloated WHERE id % 10 <> 0;
VACUUM bloated;
