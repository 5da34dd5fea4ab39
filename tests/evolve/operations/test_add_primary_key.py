"""ADD PRIMARY KEY: over columns that may be NULL or not, on tables of every shape, and what is refused before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.execute.flip import Verbs
from tests.evolve.operations.cases import Case, each, live
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import footprint

T = """
CREATE TABLE v (id int, jour date DEFAULT '2026-01-01', x int NOT NULL DEFAULT 0);
INSERT INTO v (id) SELECT generate_series(1, 50);
"""
WORKS = ("INSERT INTO v (id) VALUES (1000)", "UPDATE v SET x = 7 WHERE id = 1")
PARTS = """
CREATE TABLE m (k int, v int, w int) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
INSERT INTO m SELECT 1 + g % 2, g, g FROM generate_series(1, 20) g;
"""
LONG = "é" * 31 + "x"

CASES = [
    Case(
        name="nullable",
        setup=T,
        text="ALTER TABLE v ADD PRIMARY KEY (id);",
        works=WORKS,
        refused=["INSERT INTO v (id) VALUES (1)", "INSERT INTO v VALUES (NULL)"],
    ),
    Case(
        name="one_of_two_nullable",
        setup=T,
        text="ALTER TABLE v ADD CONSTRAINT clé PRIMARY KEY (x, id) INCLUDE (jour);",
        works=WORKS,
    ),
    Case(
        name="proven_by_a_check",
        setup=T + "ALTER TABLE v ADD CONSTRAINT k CHECK (id IS NOT NULL);",
        text="ALTER TABLE v ADD PRIMARY KEY (id) DEFERRABLE;",
        works=WORKS,
    ),
    Case(
        name="not_null",
        setup=T + "ALTER TABLE v ALTER COLUMN id SET NOT NULL;",
        text="ALTER TABLE v ADD PRIMARY KEY (id) WITH (fillfactor = 70);",
        works=WORKS,
    ),
    Case(
        name="using_index",
        setup=T + "CREATE UNIQUE INDEX i ON v (id, jour); COMMENT ON INDEX i IS 'gardé';",
        text="ALTER TABLE v ADD CONSTRAINT k PRIMARY KEY USING INDEX i;",
        works=WORKS,
    ),
    Case(
        name="using_index_of_the_plan",
        setup=T,
        text="CREATE UNIQUE INDEX i ON v (id);\nALTER TABLE v ADD CONSTRAINT k PRIMARY KEY USING INDEX i;",
        works=WORKS,
        refused=["INSERT INTO v VALUES (NULL)"],
    ),
    Case(
        name="partitioned",
        setup=PARTS,
        text="ALTER TABLE m ADD PRIMARY KEY (v, k);",
        works=["INSERT INTO m VALUES (2, 500, 7)"],
        refused=["INSERT INTO m VALUES (2, 1, 700)"],
    ),
    Case(
        name="longest",
        setup=f'CREATE TABLE "{LONG}" ("{LONG}" int, b int);',
        text=f'ALTER TABLE "{LONG}" ADD PRIMARY KEY ("{LONG}", b);',
    ),
    Case(name="new_table", differs=False, setup=T, text="CREATE TABLE n (a int);\nALTER TABLE n ADD PRIMARY KEY (a);"),
    Case(
        name="renamed_in_the_plan",
        setup=T,
        text="-- pgwright: strategy = copy\nALTER TABLE v RENAME COLUMN id TO numéro;\n"
        "ALTER TABLE v ADD PRIMARY KEY (numéro);",
    ),
    Case(
        name="with_set_not_null",
        setup=T,
        text="ALTER TABLE v ALTER COLUMN id SET NOT NULL, ADD PRIMARY KEY (id);",
        works=WORKS,
    ),
    Case(
        name="pointed_to_in_the_plan",
        setup=T + "CREATE TABLE w (vid int); INSERT INTO w VALUES (3);",
        text="ALTER TABLE v ADD PRIMARY KEY (id);\nALTER TABLE w ADD FOREIGN KEY (vid) REFERENCES v;",
        works=WORKS,
        refused=["INSERT INTO w VALUES (4000)"],
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    database = make_database(T)
    plan = planned(database, "ALTER TABLE v ADD PRIMARY KEY (id);")
    lines = outline(plan)
    assert lines[:4] == [
        "look1_null look verify ACCESS SHARE",
        "look look verify ACCESS SHARE",
        "not_null1 expand instant ACCESS EXCLUSIVE",
        "not_null1_valid expand online SHARE UPDATE EXCLUSIVE",
    ]
    assert "build expand concurrent SHARE UPDATE EXCLUSIVE" in lines
    assert "attach expand instant ACCESS EXCLUSIVE" in lines
    assert not any(step.scans and any(lock.mode.is_strong for lock in step.locks) for step in plan.steps)
    hazards = "\n".join(only(plan).hazards)
    assert "23502" in hazards
    assert "23505" in hazards
    assert "23502" not in "\n".join(only(planned(database, "ALTER TABLE v ADD PRIMARY KEY (x);")).hazards)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE v ADD PRIMARY KEY (rien);", 'column "rien"'),
        ("ALTER TABLE w ADD PRIMARY KEY (b);", "multiple primary keys"),
        ("ALTER TABLE v ADD PRIMARY KEY (id), ADD PRIMARY KEY (x);", "multiple primary keys"),
        ("ALTER TABLE v ADD CONSTRAINT w PRIMARY KEY (id);", "exists already"),
        ("ALTER TABLE v ADD PRIMARY KEY USING INDEX partiel;", "is partial"),
        ("ALTER TABLE m ADD PRIMARY KEY (w);", "partition key"),
    ],
)
def test_what_is_wrong_is_said_before(make_database: Callable[..., Database], text: str, said: str) -> None:
    setup = T + PARTS + "CREATE TABLE w (a int PRIMARY KEY, b int); CREATE UNIQUE INDEX partiel ON v (id) WHERE id > 0;"
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(setup), f"\n{text}")
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        ("INSERT INTO v VALUES (NULL), (NULL)", "2 rows of public.v with NULL in id"),
        ("INSERT INTO v VALUES (1)", "1 value of (id) in several rows of public.v"),
    ],
)
def test_what_breaks_it_is_counted(
    make_database: Callable[..., Database], tmp_path: Path, breaks: str, said: str
) -> None:
    verbs = Verbs(make_database(T), tmp_path)
    verbs.prepare(breaks, "ALTER TABLE v ADD PRIMARY KEY (id);")
    before = footprint(verbs.database)
    with pytest.raises(Refused) as caught:
        verbs.expand()
    assert caught.value.message.splitlines()[0] == said
    assert footprint(verbs.database) == before


def test_twin() -> None:
    made = op.AddPrimaryKey(table="t", columns=("a", "É"), name="k", schema="s")
    assert made.to_sql() == 'ALTER TABLE s.t ADD CONSTRAINT k PRIMARY KEY (a, "É");\n'


@pytest.mark.majors(14, 18)
def test_what_a_child_inherits_becomes_its_own(database: Database) -> None:
    """18 does so to a key that takes over an index; the plan says it, and where nothing is inherited it does not."""
    database.run("CREATE TABLE haut (a int NOT NULL, b int); CREATE TABLE bas (c int NOT NULL) INHERITS (haut)")
    told = "NOT NULL of a, which public.bas inherits, becomes its own as well"
    hazards = "\n".join(only(planned(database, "ALTER TABLE bas ADD PRIMARY KEY (a, c);")).hazards)
    assert (told in hazards) == (database.major == 18)
    assert "inherits" not in "\n".join(only(planned(database, "ALTER TABLE bas ADD PRIMARY KEY (b, c);")).hazards)
