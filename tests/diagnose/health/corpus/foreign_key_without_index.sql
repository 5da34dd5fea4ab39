-- found: public.t.t_p_fkey
-- severity: warning
-- set: rows = 100
-- cure: CREATE INDEX ON public.t (p);
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p);
INSERT INTO p SELECT generate_series(1, 20);
INSERT INTO t SELECT n, n % 10 + 1 FROM generate_series(1, 1000) n;
DELETE FROM p WHERE id > 15;
ANALYZE t;

-- found: public.t.t_p_fkey
-- severity: notice
-- set: rows = 100
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p);
INSERT INTO p SELECT generate_series(1, 20);
INSERT INTO t SELECT n, n % 10 + 1 FROM generate_series(1, 1000) n;
ANALYZE t;

-- found: public.t.t_p_fkey
-- set: rows = 100
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p, état text);
INSERT INTO p SELECT generate_series(1, 20);
INSERT INTO t SELECT n, n % 10 + 1, 'x' FROM generate_series(1, 1000) n;
CREATE INDEX partiel ON t (p) WHERE état = 'y';
CREATE INDEX derrière ON t (état, p);
ANALYZE t;

-- found: public.t.t_a_b_fkey
-- set: rows = 100
-- severity: notice
-- cure: CREATE INDEX ON public.t (a, b);
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, FOREIGN KEY (a, b) REFERENCES p);
INSERT INTO t SELECT n FROM generate_series(1, 1000) n;
CREATE INDEX une_lacune ON t (a, c, b);
ANALYZE t;

-- found: public.t.t_p_fkey
-- set: rows = 100
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int, p int REFERENCES p, k int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10000);
INSERT INTO t SELECT n, NULL, n FROM generate_series(1, 1000) n;
ANALYZE t;

-- found: public.t.t_p_fkey
-- set: rows = 100
CREATE TABLE p (id text PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p text REFERENCES p);
INSERT INTO t SELECT n FROM generate_series(1, 1000) n;
CREATE INDEX autre_ordre ON t (p text_pattern_ops);
CREATE INDEX autre_langue ON t (p COLLATE "POSIX");
DROP INDEX autre_ordre;
ANALYZE t;

-- not found: the columns are the first ones, in another order
-- set: rows = 100
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, FOREIGN KEY (a, b) REFERENCES p);
INSERT INTO t SELECT n FROM generate_series(1, 1000) n;
CREATE INDEX ON t (b, a, c);
ANALYZE t;

-- not found: all rows but those that refer to nothing
-- set: rows = 100
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, "P é" int REFERENCES p);
INSERT INTO t SELECT n FROM generate_series(1, 1000) n;
CREATE INDEX ON t ("P é") WHERE "P é" IS NOT NULL;
ANALYZE t;

-- not found: a hash index serves equality
-- set: rows = 100
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p);
INSERT INTO t SELECT n FROM generate_series(1, 1000) n;
CREATE INDEX ON t USING hash (p);
ANALYZE t;

-- not found: an index of another integer type's family, and a small table
-- set: rows = 100
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p);
INSERT INTO t SELECT n FROM generate_series(1, 1000) n;
CREATE INDEX ON t (p);
CREATE TABLE petit (id int PRIMARY KEY, p int REFERENCES p);
ANALYZE t;

-- not found: each partition has its index through the whole
-- set: rows = 100
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int, p int REFERENCES p, k int) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10000);
INSERT INTO t SELECT n, NULL, n FROM generate_series(1, 1000) n;
CREATE INDEX ON t (p);
ANALYZE t;
