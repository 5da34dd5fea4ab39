"""Tables for changes of columns, and the statements of applications that use them."""

from __future__ import annotations

from tests.support.shapes import LONG
from tests.support.shapes_bound import role

TABLE = "CREATE TABLE t (id bigint PRIMARY KEY, a text, b int, c text NOT NULL DEFAULT 'c');\n"
ROWS = "INSERT INTO t (id, a, b) SELECT i, 'a' || i, i FROM generate_series(1, 200) i;\n"
PLAIN = TABLE + ROWS
GAPS = "UPDATE t SET a = NULL WHERE id % 3 = 0;\n"
DEFAULT = "ALTER TABLE t ALTER a SET DEFAULT 'q';\n"

# Partitions, one of them with other attnums, and one with partitions of its own.
PARTED = (
    """CREATE TABLE t (id bigint, a text, b int, c text NOT NULL DEFAULT 'c') PARTITION BY RANGE (id);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
CREATE TABLE t2 (b int, perdu int, c text NOT NULL DEFAULT 'c', a text, id bigint);
ALTER TABLE t2 DROP COLUMN perdu;
ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (100) TO (150);
CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (150) TO (100000000) PARTITION BY LIST (b);
CREATE TABLE t3d PARTITION OF t3 DEFAULT;
"""
    + ROWS
)
INHERITED = (
    PLAIN
    + """CREATE TABLE u (x int) INHERITS (t);
CREATE TABLE v (y int) INHERITS (u);
INSERT INTO u (id, a) SELECT i, 'u' FROM generate_series(300, 400) i;
INSERT INTO v (id, a) SELECT i, 'v' FROM generate_series(500, 600) i;
"""
)
HOSTILE = '"Mes ""Clients"" été"'
HOSTILE_COLUMN = f'"{LONG}"'
HOSTILE_TABLE = (
    f"CREATE TABLE {HOSTILE} (id bigint PRIMARY KEY, {HOSTILE_COLUMN} text DEFAULT 'q');\n"
    f"INSERT INTO {HOSTILE} SELECT i FROM generate_series(1, 50) i;\n"
)
# A trigger that counts: what the pass does must not be seen by it.
COUNTED = """CREATE FUNCTION compte() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN IF TG_OP = 'UPDATE' THEN NEW.b := NEW.b + 1; END IF; RETURN NEW; END$$;
CREATE TRIGGER zzzz BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION compte();
"""
UNCOUNTED = "SELECT * FROM t WHERE b > id"
OWNER = "pgw_owner"
OWNED = role(OWNER) + "{setup}ALTER TABLE t OWNER TO pgw_owner;\n"
APP = "pgw_app"
POLICIES = (
    role(APP)
    + "{setup}ALTER TABLE t ENABLE ROW LEVEL SECURITY;\n"
    + "CREATE POLICY p ON t TO pgw_app USING (a IS DISTINCT FROM 'secret');\nGRANT ALL ON t TO pgw_app;\n"
)
DESTRUCTIVE = frozenset({"destructive"})

COPY = "-- pgwright: strategy = copy\nALTER TABLE t RENAME COLUMN a TO d;\n"
UP = "-- pgwright: up = btrim(a)\nALTER TABLE t RENAME COLUMN a TO d;\n"

INSERT = "INSERT INTO t (id, a, b) VALUES (%(n)s, 'n' || %(n)s, 1)"
UPDATE = "UPDATE t SET a = 'u' || %(n)s WHERE id = %(k)s"
OTHER = "UPDATE t SET b = b WHERE id = %(k)s"
READ = "SELECT id, a, b, c FROM t WHERE id = %(k)s"
DELETE = "DELETE FROM t WHERE id = %(n)s - 3"
WORK = (INSERT, UPDATE, OTHER, READ, DELETE)


def set_not_null(column: str, table: str = "t") -> str:
    """The statement."""
    return f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\n"
