"""ATTACH PARTITION: proven beside, attached in an instant, the end as typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import OWNER
from tests.support.databases import Database
from tests.support.shapes_bound import role

PARENT = """CREATE TABLE t (id bigint NOT NULL, k int NOT NULL, a text) PARTITION BY RANGE (k);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
INSERT INTO t SELECT i, i % 100, 'a' || i FROM generate_series(1, 200) i;
"""
CHILD = """CREATE TABLE n (a text, perdu int, id bigint NOT NULL, k int NOT NULL);
ALTER TABLE n DROP COLUMN perdu;
INSERT INTO n (id, k, a) SELECT i, 100 + i % 100, 'n' || i FROM generate_series(1, 200) i;
"""
DEFAULT = (
    "CREATE TABLE td PARTITION OF t DEFAULT;\nINSERT INTO t SELECT i, 500 + i, 'd' FROM generate_series(1, 50) i;\n"
)
ATTACH = "ALTER TABLE t ATTACH PARTITION n FOR VALUES FROM (100) TO (200);\n"
RICH = """CREATE TABLE o (a text PRIMARY KEY);
INSERT INTO o SELECT a FROM t UNION SELECT 'n' || i FROM generate_series(1, 20000) i;
ALTER TABLE t ADD PRIMARY KEY (id, k), ADD UNIQUE (a, k) DEFERRABLE, ADD FOREIGN KEY (a) REFERENCES o;
CREATE INDEX ON t (a DESC) INCLUDE (id) WHERE k > 5;
CREATE UNIQUE INDEX u ON t (k, id, a);
CREATE TABLE r (i bigint, k int, FOREIGN KEY (i, k) REFERENCES t (id, k));
INSERT INTO r SELECT id, k FROM t;
"""
OLD = (
    "UPDATE t SET a = a WHERE id = %(k)s",
    "SELECT count(*) FROM t WHERE k = %(k)s",
    "INSERT INTO n (id, k, a) VALUES (%(n)s, 100 + %(k)s, 'n' || %(k)s)",
    "UPDATE n SET a = a WHERE id = %(k)s",
)
NEW = (*OLD, "SELECT count(*) FROM t WHERE k = 100 + %(k)s")
CASES = (
    Change(name="plain", setup=PARENT + CHILD, migration=ATTACH, old=OLD, new=NEW),
    Change(name="with_default", setup=PARENT + DEFAULT + CHILD, migration=ATTACH, old=OLD, new=NEW),
    Change(name="indexes_keys_foreign_keys", setup=PARENT + CHILD + RICH, migration=ATTACH,
           old=(OLD[0], OLD[1], "INSERT INTO n (id, k) VALUES (%(n)s, 100 + %(k)s)"), new=NEW[:1]),
    Change(name="what_is_there_is_taken", setup=PARENT + CHILD + RICH + "ALTER TABLE n ADD PRIMARY KEY (id, k), "
           "ADD FOREIGN KEY (a) REFERENCES o;", migration=ATTACH),
    Change(name="as_default", setup=PARENT + CHILD, migration="ALTER TABLE t ATTACH PARTITION n DEFAULT;"),
    Change(
        name="hash",
        setup="CREATE TABLE t (id bigint NOT NULL) PARTITION BY HASH (id);\n"
        "CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);\n"
        "CREATE TABLE n (id bigint NOT NULL);\n"
        "INSERT INTO n SELECT i FROM generate_series(1, 200::bigint) i\n"
        "WHERE satisfies_hash_partition('t'::regclass, 2, 1, i);",
        migration="ALTER TABLE t ATTACH PARTITION n FOR VALUES WITH (MODULUS 2, REMAINDER 1);",
    ),
    Change(
        name="list_of_an_expression_below_a_range",
        setup="CREATE TABLE t (k int, a text) PARTITION BY RANGE (k);\n"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100) PARTITION BY LIST (lower(a));\n"
        "CREATE TABLE t1d PARTITION OF t1 DEFAULT;\nCREATE TABLE n (k int, a text);\n"
        "INSERT INTO n SELECT i, 'X' FROM generate_series(1, 50) i;",
        migration="ALTER TABLE t1 ATTACH PARTITION n FOR VALUES IN ('x', NULL);",
    ),
    Change(
        name="two_levels",
        setup=PARENT + "CREATE TABLE n (id bigint NOT NULL, k int NOT NULL, a text) PARTITION BY LIST (a);\n"
        "CREATE TABLE nx PARTITION OF n DEFAULT; INSERT INTO n SELECT i, 150, 'x' FROM generate_series(1, 50) i;",
        migration=ATTACH,
    ),
    Change(name="an_empty_one", setup=PARENT + DEFAULT + "CREATE TABLE n (LIKE t);", migration=ATTACH),
    Change(
        name="made_by_the_same_plan",
        setup=PARENT + DEFAULT,
        migration="CREATE TABLE n (LIKE t INCLUDING ALL);\n" + ATTACH,
    ),
    Change(
        name="hostile_names",
        setup='CREATE TABLE "T ""é" ("K \'" int) PARTITION BY LIST ("K \'");\nCREATE TABLE "N ""é" ("K \'" int);\n'
        'CREATE INDEX ON "T ""é" ("K \'"); INSERT INTO "N ""é" VALUES (1), (NULL);',
        migration='ALTER TABLE "T ""é" ATTACH PARTITION "N ""é" FOR VALUES IN (1, NULL);',
    ),
    Change(
        name="an_ordinary_owner",
        setup=role(OWNER) + PARENT + DEFAULT + CHILD + "ALTER TABLE t OWNER TO pgw_owner; ALTER TABLE t1 OWNER TO "
        "pgw_owner; ALTER TABLE td OWNER TO pgw_owner; ALTER TABLE n OWNER TO pgw_owner;",
        migration=ATTACH,
        runner=OWNER,
    ),
)  # fmt: skip


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARENT + DEFAULT + CHILD), ATTACH)
    assert [line for line in outline(plan) if "rollback" not in line] == [
        "bound_look look verify ACCESS SHARE",
        "default_look look verify ACCESS SHARE",
        "bound_add expand instant ACCESS EXCLUSIVE",
        "bound_valid expand online SHARE UPDATE EXCLUSIVE",
        "default_add expand instant ACCESS EXCLUSIVE",
        "default_valid expand online SHARE UPDATE EXCLUSIVE",
        "attach expand instant ACCESS EXCLUSIVE",
    ]
    attach = next(step for step in plan.steps if step.id.endswith("attach"))
    assert not attach.scans
    assert {lock.relation.name: lock.mode.sql for lock in attach.locks} == {
        "t": "SHARE UPDATE EXCLUSIVE", "td": "ACCESS EXCLUSIVE", "n": "ACCESS EXCLUSIVE"
    }  # fmt: skip
    assert "23514" in "\n".join(only(plan).hazards)


@pytest.mark.majors("all")
@pytest.mark.parametrize("default", ["", DEFAULT], ids=["alone", "default"])
def test_no_row_is_read_under_the_strong_lock(
    make_database: Callable[..., Database], default: str, tmp_path: Path
) -> None:
    """The server says so itself."""
    life = Changing(
        change=Change(name="read", setup=PARENT + default + CHILD, migration=ATTACH),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    said: list[str] = []

    def gate(step: str) -> None:
        if step.endswith("attach"):
            with life.database.connect() as connection:
                connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
                connection.execute("SET client_min_messages = debug1")
                with connection.transaction(force_rollback=True):
                    connection.execute(ATTACH.encode())

    life.gate = gate
    life.expand()
    implied = [each for each in said if "is implied by existing constraints" in each]
    assert len(implied) == (2 if default else 1), said


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("INSERT INTO n (id, k) VALUES (1, 5), (2, 300)", "2 rows of public.n that do not belong into a partition"),
        ("INSERT INTO td (id, k) VALUES (1, 150)", "1 row of public.td that belong into the new partition"),
        ("ALTER TABLE t ADD UNIQUE (id, k); INSERT INTO n (id, k) VALUES (1, 101)", "in several rows of public.n"),
    ],
)
def test_rows_that_would_stop_it_are_looked_for(
    make_database: Callable[..., Database], more: str, said: str, tmp_path: Path
) -> None:
    setup = PARENT + DEFAULT + CHILD + more
    life = Changing(change=Change(name="r", setup=setup, migration=ATTACH), database=make_database(), folder=tmp_path)
    life.prepare()
    before = life.schema()
    with pytest.raises(Refused, match=said):
        life.expand()
    assert life.schema() == before
    assert life.state == "rolled back"


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("more", "statement", "said"),
    [
        ("ALTER TABLE n ADD x int", ATTACH, 'column "x" is not in'),
        ("ALTER TABLE n DROP a", ATTACH, 'column "a" is missing'),
        ("ALTER TABLE n ALTER a TYPE varchar", ATTACH, "is character varying, not text"),
        ("ALTER TABLE n ALTER k DROP NOT NULL", ATTACH, 'column "k" may be NULL'),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0)", ATTACH, 'CHECK "c" is missing'),
        ("", ATTACH.replace("100", "50"), "would overlap partition"),
        ("", ATTACH.replace("100", "'x'"), "invalid input syntax"),
        ("", "ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (300) TO (400);", "is already a partition"),
        ("", "ALTER TABLE n ATTACH PARTITION t1 FOR VALUES FROM (300) TO (400);", "is not partitioned"),
        ("CREATE TABLE m () INHERITS (n)", ATTACH, "cannot attach inheritance parent"),
    ],
)
def test_what_does_not_fit_is_named(
    make_database: Callable[..., Database], more: str, statement: str, said: str
) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PARENT + CHILD + more), statement)


def test_twin() -> None:
    made = op.AttachPartition(table="t", partition="n", bound="FOR VALUES FROM (100) TO (200)")
    assert made.to_sql() == ATTACH
