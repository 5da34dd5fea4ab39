-- found: public.t_a_idx1
-- severity: warning
-- cure: DROP INDEX public.t_a_idx1;
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE INDEX ON t (a);
CREATE INDEX ON t (a);

-- found: É.zwei
CREATE SCHEMA "É";
CREATE TABLE "É"."T ""x""" (id int PRIMARY KEY, a text);
CREATE INDEX eins ON "É"."T ""x""" (lower(a) DESC) WHERE a <> '';
CREATE INDEX zwei ON "É"."T ""x""" (lower(a) DESC) WHERE a <> '';

-- not found: another direction of NULLs, another operator class, another predicate, another method
CREATE TABLE t (id int PRIMARY KEY, a text);
CREATE INDEX ON t (a);
CREATE INDEX ON t (a text_pattern_ops);
CREATE INDEX ON t (a NULLS FIRST);
CREATE INDEX ON t (a) WHERE a <> '';
CREATE INDEX ON t USING hash (a);
