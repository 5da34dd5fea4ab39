-- found: public.t
-- severity: danger
-- cure: ALTER TABLE public.t REPLICA IDENTITY FULL;
CREATE TABLE t (a int);
CREATE PUBLICATION tout FOR ALL TABLES;

-- found: public.T é
-- cure: ALTER TABLE public."T é" REPLICA IDENTITY USING INDEX u;
CREATE TABLE "T é" (a int NOT NULL);
CREATE UNIQUE INDEX u ON "T é" (a);
CREATE PUBLICATION une FOR TABLE "T é";

-- found: public.t
-- cure: ALTER TABLE public.t REPLICA IDENTITY USING INDEX t_pkey;
CREATE TABLE t (a int PRIMARY KEY);
ALTER TABLE t REPLICA IDENTITY NOTHING;
CREATE PUBLICATION une FOR TABLE t;

-- found: public.p1
CREATE TABLE p (k int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE PUBLICATION une FOR TABLE p;

-- not found: it is published for inserts only, or has a key, or is FULL, or is not published
CREATE TABLE a (a int);
CREATE TABLE b (a int PRIMARY KEY);
CREATE TABLE c (a int);
CREATE TABLE d (a int);
ALTER TABLE c REPLICA IDENTITY FULL;
CREATE PUBLICATION ajouts FOR TABLE a WITH (publish = 'insert');
CREATE PUBLICATION une FOR TABLE b, c;
