-- found: public.t_a_idx
-- severity: notice
-- cure: DROP INDEX public.t_a_idx;
CREATE TABLE t (id int PRIMARY KEY, a int, b int);
CREATE INDEX ON t (a);
CREATE INDEX ON t (a, b);

-- not found: it is unique, it is of other rows, it is not the beginning
CREATE TABLE t (id int PRIMARY KEY, a int, b int);
CREATE UNIQUE INDEX ON t (a);
CREATE INDEX ON t (a, b);
CREATE INDEX ON t (b) WHERE a > 0;
CREATE INDEX ON t (b, a) WHERE a > 1;
