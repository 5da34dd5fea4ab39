"""Planted pairs of indexes: what goes for what, with a query that both serve; and pairs that only look alike."""

from __future__ import annotations

TABLE = """
CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int, d text, r int4range, j jsonb, s text COLLATE "C");
"""
ROWS = """
INSERT INTO t SELECT n, n % 1000, CASE WHEN n % 3 = 0 THEN n % 500 END, 'v' || n % 700, int4range(n, n + 1),
                     jsonb_build_object('k', n % 100), 's' || n % 900 FROM generate_series(1, 20000) n;
"""

PAIRS: dict[str, tuple[str, str, str]] = {
    "the same": (
        "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b)",
        "two duplicate one", "SELECT * FROM t WHERE b = 7"),
    "the same, in words that differ": (
        'CREATE INDEX one ON t (lower(d), b DESC); CREATE INDEX two ON t USING btree (lower("d"), b desc NULLS first)',
        "two duplicate one", "SELECT * FROM t WHERE lower(d) = 'v7' AND b = 7"),
    "beside a constraint": (
        "CREATE UNIQUE INDEX one ON t (a); ALTER TABLE t ADD CONSTRAINT two UNIQUE (a)",
        "one duplicate two", "SELECT * FROM t WHERE a = 7"),
    "beside the primary key": (
        "ALTER TABLE t ADD CONSTRAINT one UNIQUE (a); ALTER TABLE t ADD CONSTRAINT two PRIMARY KEY (a)",
        "one duplicate two", "SELECT * FROM t WHERE a = 7"),
    "a foreign key rests on the other": (
        ("CREATE UNIQUE INDEX two ON t (b, a); CREATE TABLE u (a int, b int, FOREIGN KEY (b, a) REFERENCES t (b, a));"
        "ALTER TABLE t ADD CONSTRAINT one UNIQUE (b, a)"),
        "one duplicate two", "SELECT * FROM t WHERE b = 7 AND a = 7"),
    "the replica identity": (
        ("CREATE UNIQUE INDEX one ON t (a); CREATE UNIQUE INDEX two ON t (a);"
        "ALTER TABLE t REPLICA IDENTITY USING INDEX two"),
        "one duplicate two", "SELECT * FROM t WHERE a = 7"),
    "GIN": (
        "CREATE INDEX one ON t USING gin (j jsonb_path_ops); CREATE INDEX two ON t USING gin (j jsonb_path_ops)",
        "two duplicate one", """SELECT * FROM t WHERE j @> '{"k": 7}'"""),
    "GiST": (
        "CREATE INDEX one ON t USING gist (r); CREATE INDEX two ON t USING gist (r)",
        "two duplicate one", "SELECT * FROM t WHERE r @> 7"),
    "an exclusion constraint": (
        "CREATE INDEX one ON t USING gist (r); ALTER TABLE t ADD CONSTRAINT two EXCLUDE USING gist (r WITH &&)",
        "one covered two", "SELECT * FROM t WHERE r @> 7"),
    "hash": (
        "CREATE INDEX one ON t USING hash (d); CREATE INDEX two ON t USING hash (d)",
        "two duplicate one", "SELECT * FROM t WHERE d = 'v7'"),
    "BRIN": (
        ("CREATE INDEX one ON t USING brin (a) WITH (pages_per_range = 4);"
        "CREATE INDEX two ON t USING brin (a) WITH (pages_per_range = 4)"),
        "two duplicate one", "SELECT * FROM t WHERE a = 7"),
    "the beginning of another": (
        "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b, c)",
        "one covered two", "SELECT * FROM t WHERE b = 7"),
    "the beginning, of the same rows": (
        "CREATE INDEX one ON t (b) WHERE d > 'v3'; CREATE INDEX two ON t (b, c) WHERE d > 'v3'",
        "one covered two", "SELECT * FROM t WHERE b = 7 AND d > 'v3'"),
    "the beginning of a unique one": (
        "CREATE INDEX one ON t (b); CREATE UNIQUE INDEX two ON t (b, a)",
        "one covered two", "SELECT * FROM t WHERE b = 7"),
    "the keys of a unique one": (
        "CREATE INDEX one ON t (a); CREATE UNIQUE INDEX two ON t (a)",
        "one covered two", "SELECT * FROM t WHERE a = 7"),
    "keys and what they carry": (
        "CREATE INDEX one ON t (b) INCLUDE (c); CREATE INDEX two ON t (b, a, c)",
        "one covered two", "SELECT c FROM t WHERE b = 7"),
    "the same uniqueness, and more to carry": (
        "CREATE UNIQUE INDEX one ON t (a); CREATE UNIQUE INDEX two ON t (a) INCLUDE (c)",
        "one covered two", "SELECT c FROM t WHERE a = 7"),
    "what it carries would be lost": (
        "CREATE INDEX one ON t (b) INCLUDE (d); CREATE INDEX two ON t (b, a)",
        "one redundant two", "SELECT d FROM t WHERE b = 7"),
    "without NULLs": (
        "CREATE INDEX one ON t (c) WHERE c IS NOT NULL; CREATE INDEX two ON t (c, b)",
        "one redundant two", "SELECT * FROM t WHERE c = 7"),
    "without NULLs, of some rows": (
        "CREATE INDEX one ON t (c) WHERE d > 'v3' AND c IS NOT NULL; CREATE INDEX two ON t (c, b) WHERE d > 'v3'",
        "one redundant two", "SELECT * FROM t WHERE c = 7 AND d > 'v3'"),
    "backwards": (
        "CREATE INDEX one ON t (b DESC); CREATE INDEX two ON t (b, a)",
        "one redundant two", "SELECT * FROM t WHERE b > 990 ORDER BY b DESC"),
}  # fmt: skip
"""Statements that make two indexes; which goes, how, and for which; a query that both serve."""

DIFFERENT = {
    "the order of keys": "CREATE INDEX one ON t (a, b); CREATE INDEX two ON t (b, a)",
    "the direction of one key": "CREATE INDEX one ON t (a, b); CREATE INDEX two ON t (a, b DESC)",
    "the place of NULLs": "CREATE INDEX one ON t (c); CREATE INDEX two ON t (c NULLS FIRST)",
    "the operator class": "CREATE INDEX one ON t (d); CREATE INDEX two ON t (d text_pattern_ops)",
    "that of GIN": "CREATE INDEX one ON t USING gin (j); CREATE INDEX two ON t USING gin (j jsonb_path_ops)",
    "its options": "CREATE INDEX one ON t USING brin (a int4_minmax_multi_ops);"
    "CREATE INDEX two ON t USING brin (a int4_minmax_multi_ops (values_per_range = 8))",
    "the collation": 'CREATE INDEX one ON t (d); CREATE INDEX two ON t (d COLLATE "C", b)',
    "the method": "CREATE INDEX one ON t (a); CREATE INDEX two ON t USING hash (a)",
    "the ranges": "CREATE INDEX one ON t USING brin (a);"
    "CREATE INDEX two ON t USING brin (a) WITH (pages_per_range = 4)",
    "the rows": "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b, c) WHERE d > 'v3'",
    "fewer rows, which is what it is for": "CREATE INDEX one ON t (b) WHERE d > 'v3'; CREATE INDEX two ON t (b, c)",
    "rows without NULLs of no key": "CREATE INDEX one ON t (b) WHERE c IS NOT NULL; CREATE INDEX two ON t (b)",
    "the expression": "CREATE INDEX one ON t (lower(d)); CREATE INDEX two ON t (upper(d))",
    "uniqueness of fewer keys": "CREATE UNIQUE INDEX one ON t (a); CREATE INDEX two ON t (a, b)",
    "uniqueness of other rows": "CREATE UNIQUE INDEX one ON t (a) WHERE b > 3; CREATE UNIQUE INDEX two ON t (a)",
    "a beginning of GiST": "CREATE INDEX one ON t USING gist (r);"
    "CREATE INDEX two ON t USING gist (r, int4range(a, a + 1))",
}
