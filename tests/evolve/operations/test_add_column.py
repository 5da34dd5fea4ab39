"""ADD COLUMN: its life with what fills and constrains it. `test_add_column_plan.py` has plans and errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.changes import Change, lives
from tests.support.columns import (
    COPY,
    COUNTED,
    DESTRUCTIVE,
    HOSTILE,
    HOSTILE_COLUMN,
    INHERITED,
    OWNED,
    OWNER,
    PARTED,
    PLAIN,
    POLICIES,
    UNCOUNTED,
    UP,
    WORK,
)
from tests.support.databases import Database

ADD = "ALTER TABLE t ADD COLUMN n {};\n"
UUID = ADD.format("uuid NOT NULL DEFAULT gen_random_uuid()")
OTHER_TABLE = "CREATE TABLE o (id int PRIMARY KEY);\nINSERT INTO o VALUES (1);\n"
LENGTH = "-- pgwright: up = length(c)\n"
FILLED = ADD.format("int") + "UPDATE t SET n = 1;\nALTER TABLE t ALTER n SET NOT NULL;\n"
TYPES = {
    "x1 json": " DEFAULT '{}'",
    "x2 point": " NOT NULL DEFAULT '(0,0)'",
    "x3 libre": " DEFAULT 'd'",
    "x4 humeur": " NOT NULL DEFAULT 'bon'",
    "x5 int[]": " DEFAULT ARRAY[1]",
    "x6 numeric(10,2)": " DEFAULT 1",
    "x7 varchar(5)": " DEFAULT 'abc'",
    "x8 paire": "",
    'x9 text COLLATE "C"': " DEFAULT 'k'",
    "x10 interval": " DEFAULT '1 day'",
}


def distinct(column: str = "n") -> str:
    """A query with a row where two rows have the same value, or one has none."""
    return f"SELECT 1 FROM (SELECT count(*) AS n, count(DISTINCT {column}) AS d FROM t) q WHERE q.n <> q.d"


LIVES = (
    Change(
        name="a_default_for_all",
        setup=PLAIN,
        migration=ADD.format("text NOT NULL DEFAULT 'web'"),
        old=WORK,
        new=(*WORK, "INSERT INTO t (id, n) VALUES (%(n)s, 'mail')", "SELECT id, n FROM t WHERE id = %(k)s"),
        allow=DESTRUCTIVE,
        invariant="SELECT * FROM t WHERE n NOT IN ('web', 'mail')",
    ),
    Change(
        name="django",
        setup=PLAIN,
        migration=ADD.format("int NOT NULL DEFAULT 0") + "ALTER TABLE t ALTER COLUMN n DROP DEFAULT;",
        old=WORK,
        new=("INSERT INTO t (id, a, n) VALUES (%(n)s, 'd', 7)", "UPDATE t SET n = n + 1 WHERE id = %(k)s"),
        allow=DESTRUCTIVE,
    ),
    Change(
        name="a_default_for_each_row",
        setup=PLAIN,
        migration=ADD.format("uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE"),
        old=WORK,
        new=(*WORK, "SELECT id, n FROM t WHERE id = %(k)s"),
        allow=DESTRUCTIVE,
        invariant=distinct(),
    ),
    Change(
        name="up_on_partitions",
        setup=PARTED,
        migration="-- pgwright: up = length(c) + id\n" + ADD.format("bigint NOT NULL CHECK (n > 0)"),
        native=ADD.format("bigint CHECK (n > 0)") + "UPDATE t SET n = 1;\nALTER TABLE t ALTER n SET NOT NULL;",
        old=WORK,
        new=("INSERT INTO t (id, c, n) VALUES (%(n)s, 'né', 5)", "UPDATE t SET n = 3 WHERE id = %(k)s"),
        allow=DESTRUCTIVE,
        invariant="SELECT * FROM t WHERE n NOT IN (3, 5, length(c) + id)",
    ),
)
SHAPES = (
    Change(name="nothing_but_it", setup=PLAIN, migration=ADD.format("int")),
    Change(
        name="now",
        setup=PLAIN,
        migration=ADD.format("timestamptz NOT NULL DEFAULT now()"),
        allow=DESTRUCTIVE,
    ),
    Change(
        name="a_sequence",
        setup=PLAIN + "CREATE SEQUENCE s;\n",
        migration=ADD.format("bigint NOT NULL DEFAULT nextval('s')"),
        allow=DESTRUCTIVE,
        invariant=distinct(),
    ),
    Change(name="a_default_of_null", setup=PLAIN, migration=ADD.format("int DEFAULT NULL")),
    Change(
        name="functions_of_users",
        setup=PLAIN + "CREATE FUNCTION v() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';\n"
        "CREATE FUNCTION i() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2';\n",
        migration="ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT v(), ADD COLUMN m int NOT NULL DEFAULT i();",
        allow=DESTRUCTIVE,
        invariant="SELECT * FROM t WHERE n <> 1 OR m <> 2",
    ),
    Change(
        name="up_and_a_default",
        setup=PLAIN,
        migration=LENGTH + ADD.format("int NOT NULL DEFAULT 5"),
        native=FILLED + "ALTER TABLE t ALTER n SET DEFAULT 5;",
        allow=DESTRUCTIVE,
        invariant="SELECT * FROM t WHERE n <> 1",
    ),
    Change(
        name="up_that_leaves_gaps",
        setup=PLAIN,
        migration="-- pgwright: up = nullif(b, 3)\n" + ADD.format("int"),
        allow=DESTRUCTIVE,
        invariant="SELECT * FROM t WHERE n IS DISTINCT FROM nullif(b, 3)",
    ),
    Change(
        name="checks",
        setup=PLAIN,
        migration=ADD.format("int DEFAULT 1 CONSTRAINT k CHECK (n > 0) CHECK (n < b + 1000000)"),
    ),
    Change(
        name="a_foreign_key",
        setup=PLAIN + OTHER_TABLE,
        migration=ADD.format("int NOT NULL DEFAULT 1 REFERENCES o ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"),
    ),
    Change(name="a_foreign_key_to_itself", setup=PLAIN, migration=ADD.format("bigint REFERENCES t")),
    Change(
        name="several_with_all",
        setup=PLAIN + OTHER_TABLE,
        migration="ALTER TABLE t ADD COLUMN n int CONSTRAINT k UNIQUE DEFERRABLE CHECK (n > 0) REFERENCES o,\n"
        "ADD COLUMN m text NOT NULL DEFAULT 'q' CHECK (m <> ''), ADD COLUMN l bigint UNIQUE REFERENCES t;",
    ),
    Change(
        name="types",
        setup=PLAIN + "CREATE DOMAIN libre AS text;\nCREATE TYPE humeur AS ENUM ('bon');\n"
        "CREATE TYPE paire AS (p int, q text);\n",
        migration="ALTER TABLE t " + ", ".join(f"ADD COLUMN {name}{more}" for name, more in TYPES.items()) + ";",
    ),
    Change(
        name="a_domain_with_a_check",
        setup=PLAIN + "CREATE DOMAIN plein AS text CHECK (value <> '');\n",
        migration=ADD.format("plein"),
        allow=frozenset({"rewrite"}),
    ),
    Change(
        name="partitions",
        setup=PARTED,
        migration=UUID + "ALTER TABLE t ADD COLUMN m int DEFAULT 3 CHECK (m > 0);",
        allow=DESTRUCTIVE,
        invariant=distinct(),
    ),
    Change(
        name="partitions_with_a_foreign_key",
        setup=PARTED + OTHER_TABLE,
        migration=ADD.format("int REFERENCES o"),
        versions=(18,),
    ),
    Change(
        name="children",
        setup=INHERITED,
        migration=UUID + "ALTER TABLE t ADD COLUMN m int DEFAULT 3 CHECK (m > 0);",
        allow=DESTRUCTIVE,
        invariant=distinct(),
    ),
    Change(
        name="hostile_names",
        setup=f"CREATE TABLE {HOSTILE} (id bigint PRIMARY KEY);\nINSERT INTO {HOSTILE} VALUES (1), (2);\n",
        migration=f"ALTER TABLE {HOSTILE} ADD COLUMN {HOSTILE_COLUMN} float8 NOT NULL DEFAULT random() UNIQUE "
        f"CHECK ({HOSTILE_COLUMN} >= 0);",
        allow=DESTRUCTIVE,
    ),
    Change(
        name="if_not_exists",
        setup=PLAIN,
        migration="ALTER TABLE t ADD COLUMN IF NOT EXISTS a text, ADD COLUMN IF NOT EXISTS n int;",
    ),
    Change(
        name="from_a_renamed_column",
        setup=PLAIN,
        migration=COPY + "-- pgwright: up = length(d)\n" + ADD.format("int NOT NULL"),
        native=COPY + FILLED,
        allow=DESTRUCTIVE,
    ),
    Change(
        name="from_one_renamed_with_up",
        setup=PLAIN,
        migration=UP + "-- pgwright: up = length(d)\n" + ADD.format("int NOT NULL"),
        native=UP + FILLED,
        allow=DESTRUCTIVE,
    ),
    Change(
        name="from_one_renamed_before",
        setup=PLAIN,
        migration="-- pgwright: up = length(d)\n" + ADD.format("int NOT NULL CHECK (n > -1 AND d IS NOT NULL)"),
        native=COPY + FILLED + "ALTER TABLE t ADD CHECK (n > -1 AND d IS NOT NULL);",
        earlier=(COPY,),
        allow=DESTRUCTIVE,
    ),
    Change(
        name="and_then_renamed",
        setup=PLAIN,
        migration=ADD.format("int DEFAULT 3") + "-- pgwright: strategy = copy\nALTER TABLE t RENAME COLUMN n TO m;",
        allow=DESTRUCTIVE,
    ),
    Change(
        name="a_volatile_one_that_is_constrained_later",
        setup=PLAIN,
        migration=ADD.format("float8 DEFAULT random()")
        + "ALTER TABLE t ALTER n SET NOT NULL;\nALTER TABLE t ADD CONSTRAINT u UNIQUE (n);",
        allow=DESTRUCTIVE,
        invariant=distinct(),
    ),
    Change(
        name="another_is_filled_since_before",
        setup=PLAIN,
        migration=UUID.replace(" n ", " m "),
        native=FILLED + "ALTER TABLE t ALTER n SET DEFAULT 1;\n" + UUID.replace(" n ", " m "),
        earlier=(LENGTH + ADD.format("int NOT NULL DEFAULT 1"),),
        allow=DESTRUCTIVE,
    ),
    Change(
        name="triggers_of_users",
        setup=PLAIN + COUNTED,
        migration=UUID,
        allow=DESTRUCTIVE,
        always=UNCOUNTED,
    ),
    Change(
        name="an_ordinary_owner_with_triggers",
        setup=OWNED.format(setup=PLAIN + COUNTED) + "ALTER FUNCTION compte() OWNER TO pgw_owner;\n",
        migration="-- pgwright: allow = user_triggers\n" + UUID,
        runner=OWNER,
        allow=DESTRUCTIVE,
        always=UNCOUNTED,
    ),
    Change(
        name="policies",
        setup=POLICIES.format(setup=PLAIN),
        migration=UUID,
        allow=DESTRUCTIVE,
        invariant=distinct(),
    ),
    Change(name="no_rows", setup="CREATE TABLE t (a int);", migration=ADD.format("int NOT NULL UNIQUE")),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", [*LIVES, *SHAPES], ids=[case.name for case in (*LIVES, *SHAPES)])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)
