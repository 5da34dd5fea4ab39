-- found: public.t
-- severity: warning
-- cure: ANALYZE public.t;
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t SELECT generate_series(1, 5000);

-- found: public.t
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t SELECT generate_series(1, 5000);
VACUUM t;

-- found: public.p
-- cure: ANALYZE public.p;
CREATE TABLE p (k int PRIMARY KEY) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100000);
INSERT INTO p SELECT generate_series(1, 5000);
ANALYZE p1;

-- not found: analyzed, small, empty
CREATE TABLE t (id int PRIMARY KEY);
INSERT INTO t SELECT generate_series(1, 5000);
ANALYZE t;
CREATE TABLE petit (id int PRIMARY KEY);
INSERT INTO petit SELECT generate_series(1, 50);
CREATE TABLE vide (id int PRIMARY KEY);
CREATE TABLE p (k int PRIMARY KEY) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100000);
INSERT INTO p SELECT generate_series(1, 5000);
ANALYZE p;
