"""ADD PRIMARY KEY: over columns that may be NULL or not, on tables of every shape, and what is refused before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.operations.cases import Case, each, live
from tests.support.databases import Database

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
    Case(name="new_table", setup=T, text="CREATE TABLE n (a int);\nALTER TABLE n ADD PRIMARY KEY (a);"),
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
