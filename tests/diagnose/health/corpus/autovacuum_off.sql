-- found: public.t
-- severity: warning
-- cure: ALTER TABLE public.t RESET (autovacuum_enabled);
CREATE TABLE t (id int PRIMARY KEY) WITH (autovacuum_enabled = off);

-- found: public.T é
-- cure: ALTER TABLE public."T é" RESET (toast.autovacuum_enabled);
CREATE TABLE "T é" (id int PRIMARY KEY, a text) WITH (toast.autovacuum_enabled = false);

-- not found: it is on, and other settings are nobody's business
CREATE TABLE t (id int PRIMARY KEY, a text) WITH (autovacuum_enabled = true, autovacuum_vacuum_scale_factor = 0.01);
