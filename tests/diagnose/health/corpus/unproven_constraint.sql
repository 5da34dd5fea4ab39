-- found: public.t.positif
-- severity: warning
-- cure: ALTER TABLE public.t VALIDATE CONSTRAINT positif;
CREATE TABLE t (id int PRIMARY KEY, a int);
ALTER TABLE t ADD CONSTRAINT positif CHECK (a > 0) NOT VALID;

-- found: S "x.Ligne é.fk "é"
CREATE SCHEMA "S ""x";
CREATE TABLE "S ""x".p (id int PRIMARY KEY);
CREATE TABLE "S ""x"."Ligne é" (id int PRIMARY KEY, p int);
ALTER TABLE "S ""x"."Ligne é" ADD CONSTRAINT "fk ""é""" FOREIGN KEY (p) REFERENCES "S ""x".p NOT VALID;

-- found: public.code.court
CREATE DOMAIN code AS text;
ALTER DOMAIN code ADD CONSTRAINT court CHECK (length(VALUE) < 9) NOT VALID;

-- found: public.t.fk | public.t.petit
-- severity: notice
-- majors: 18
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int, CONSTRAINT fk FOREIGN KEY (p) REFERENCES p NOT ENFORCED,
                CONSTRAINT petit CHECK (id < 1000) NOT ENFORCED);

-- found: public.t.plein
-- majors: 18
CREATE TABLE t (id int PRIMARY KEY, a int);
ALTER TABLE t ADD CONSTRAINT plein NOT NULL a NOT VALID;

-- not found: it was validated afterwards
CREATE TABLE t (id int PRIMARY KEY, a int);
ALTER TABLE t ADD CONSTRAINT positif CHECK (a > 0) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT positif;
