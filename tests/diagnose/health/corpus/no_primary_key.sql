-- found: public.visites
-- severity: notice
-- cure: ALTER TABLE public.visites ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CREATE TABLE visites (utilisateur bigint, quand timestamptz);

-- found: public.visites
-- cure: ALTER TABLE public.visites ADD COLUMN visites_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
CREATE TABLE visites (id bigint, quand timestamptz);

-- found: É"s.T
-- cure: ALTER TABLE "É""s"."T" ADD PRIMARY KEY USING INDEX "U x";
CREATE SCHEMA "É""s";
CREATE TABLE "É""s"."T" (a int NOT NULL, b int);
CREATE UNIQUE INDEX "U x" ON "É""s"."T" (a);

-- found: public.p
-- stays
CREATE TABLE p (k int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);

-- not found: tables with one, a view, a temporary one, a partition of a table with one
CREATE TABLE t (id int PRIMARY KEY);
CREATE VIEW v AS SELECT 1 AS a;
CREATE TABLE p (k int PRIMARY KEY) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
