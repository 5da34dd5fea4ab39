"""ADD CHECK: on tables of every shape, as typed and unnamed, and what is refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.operations.cases import Case, each, live
from tests.support.databases import Database

T = """
CREATE TABLE commandes (id int PRIMARY KEY, total int, statut text);
INSERT INTO commandes SELECT g, g, 'ok' FROM generate_series(1, 50) g;
"""
WRITES = ("INSERT INTO commandes VALUES (1000, 5, 'x')", "UPDATE commandes SET total = 7 WHERE id = 1")
HOSTILE = """
CREATE SCHEMA "Né é";
CREATE TABLE "Né é"."ut'il;" ("No""m" text, "select %s" int, id int PRIMARY KEY);
INSERT INTO "Né é"."ut'il;" SELECT 'a', 1, g FROM generate_series(1, 5) g;
"""
PARTS = """
CREATE TABLE m (k int, v int) PARTITION BY LIST (k);
CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2) PARTITION BY LIST (v);
CREATE TABLE m2a PARTITION OF m2 DEFAULT;
INSERT INTO m SELECT 1 + g % 2, g FROM generate_series(1, 20) g;
"""
INHERITED = """
CREATE TABLE p (a int);
CREATE TABLE c (b int) INHERITS (p);
INSERT INTO p VALUES (1); INSERT INTO c VALUES (2, 2);
"""
LONG = "é" * 31 + "x"

CASES = [
    Case(
        name="unnamed",
        setup=T,
        text="ALTER TABLE commandes ADD CHECK (total >= 0);",
        works=WRITES,
        refused=["INSERT INTO commandes VALUES (1001, -1, 'x')"],
    ),
    Case(
        name="several_columns",
        setup=T,
        text="ALTER TABLE commandes ADD CHECK (total >= 0 OR statut IS NULL);",
        works=WRITES,
    ),
    Case(
        name="named_not_valid",
        setup=T + "INSERT INTO commandes VALUES (99, -1, 'x');",
        text="ALTER TABLE commandes ADD CONSTRAINT positif CHECK (total >= 0) NOT VALID;",
        works=WRITES,
    ),
    Case(
        name="no_inherit",
        setup=INHERITED + "INSERT INTO c VALUES (-2, 2);",
        text="ALTER TABLE p ADD CHECK (a > 0) NO INHERIT;",
        works=["INSERT INTO c VALUES (-3, 1)"],
    ),
    Case(
        name="inherited",
        setup=INHERITED,
        text="ALTER TABLE p ADD CHECK (a > 0);",
        works=["INSERT INTO c VALUES (3, 1)"],
        refused=["INSERT INTO c VALUES (-3, 1)"],
    ),
    Case(
        name="child_has_it",
        setup=INHERITED + "ALTER TABLE c ADD CONSTRAINT k CHECK (a > 0);",
        text="ALTER TABLE p ADD CONSTRAINT k CHECK (a > 0);",
    ),
    Case(
        name="not_enforced",
        setup=T + "INSERT INTO commandes VALUES (99, -1, 'x');",
        text="ALTER TABLE commandes ADD CHECK (total >= 0) NOT ENFORCED;",
        versions=(18,),
        works=WRITES,
    ),
    Case(
        name="partitioned",
        setup=PARTS,
        text="ALTER TABLE m ADD CHECK (v > 0);",
        works=["INSERT INTO m VALUES (2, 5)"],
        refused=["INSERT INTO m VALUES (2, -5)"],
    ),
    Case(
        name="hostile",
        setup=HOSTILE,
        text="""ALTER TABLE "Né é"."ut'il;" ADD CHECK ("No""m" <> 'z%s'), ADD CHECK ("select %s" > 0);""",
    ),
    Case(
        name="longest",
        setup=f'CREATE TABLE "{LONG}" ("{LONG}" int); INSERT INTO "{LONG}" VALUES (1);',
        text=f'ALTER TABLE "{LONG}" ADD CHECK ("{LONG}" > 0);',
    ),
    Case(
        name="two_alike",
        setup=T,
        text="ALTER TABLE commandes ADD CHECK (total > -5), ADD CHECK (total > -4); ALTER TABLE commandes ADD CHECK "
        "(total > -3);",
    ),
    Case(name="constant", setup=T, text="ALTER TABLE commandes ADD CHECK (1 < 2);"),
    Case(name="qualified", setup=T, text="ALTER TABLE commandes ADD CHECK (commandes.total > 0);"),
    Case(
        name="not_valid_and_validated",
        setup=T,
        text="ALTER TABLE commandes ADD CONSTRAINT k CHECK (total > 0) NOT VALID;\n"
        "ALTER TABLE commandes VALIDATE CONSTRAINT k;",
        works=WRITES,
    ),
    Case(
        name="new_table",
        setup=T,
        text="CREATE TABLE n (a int);\nALTER TABLE n ADD CHECK (a > 0);",
    ),
    Case(
        name="renamed_in_the_plan",
        setup=T,
        text="-- pgwright: strategy = copy\nALTER TABLE commandes RENAME COLUMN total TO somme;\n"
        "ALTER TABLE commandes ADD CHECK (somme >= 0);",
    ),
    Case(
        name="renamed_with_up",
        setup=T,
        text="-- pgwright: up = total * 2\n-- pgwright: down = somme / 2\n"
        "ALTER TABLE commandes RENAME COLUMN total TO somme;\n"
        "ALTER TABLE commandes ADD CHECK (somme >= 0);",
        native="ALTER TABLE commandes RENAME COLUMN total TO somme; ALTER TABLE commandes ADD CHECK (somme >= 0);",
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)
