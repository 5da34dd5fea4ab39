"""What the tests of objects that are no tables work on, and the statements of applications meanwhile."""

from __future__ import annotations

ROLES = (
    "DO $$ BEGIN CREATE ROLE pgw_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;\n"
    "DO $$ BEGIN CREATE ROLE pgw_writer; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;\n"
)
T = (
    "CREATE TABLE t (id int PRIMARY KEY, a int, b int, k text);\n"
    "INSERT INTO t SELECT i, i, i, 'x' FROM generate_series(1, 50) i;\n"
)
PARTED = (
    "CREATE TABLE t (id int, a int, b int, k text) PARTITION BY RANGE (id);\n"
    "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (30);\n"
    "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (30) TO (100000000);\n"
    "INSERT INTO t SELECT i, i, i, 'x' FROM generate_series(1, 50) i;\n"
)
COUNTS = (
    "CREATE FUNCTION compte() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.b := 7; RETURN NEW; END$$;\n"
    "CREATE FUNCTION autre() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.b := 8; RETURN NEW; END$$;\n"
)
WORK = (
    "INSERT INTO t (id, a, k) VALUES (%(n)s, 1, 'y')",
    "UPDATE t SET a = a + 1 WHERE id = %(k)s",
    "SELECT * FROM t WHERE id = %(k)s",
)
HOSTILE = '"Mes ""Objets"" été"'
