"""ADD CHECK: on tables of every shape, as typed and unnamed, and what is refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused, StepFailed
from tests.evolve.execute.flip import Verbs
from tests.evolve.operations.cases import Case, each, live
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import footprint

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
    Case(name="constant", differs=False, setup=T, text="ALTER TABLE commandes ADD CHECK (1 < 2);"),
    Case(name="qualified", differs=False, setup=T, text="ALTER TABLE commandes ADD CHECK (commandes.total > 0);"),
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


def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T), "ALTER TABLE commandes ADD CONSTRAINT positif CHECK (total >= 0);")
    assert outline(plan) == [
        "look look verify ACCESS SHARE",
        "add expand instant ACCESS EXCLUSIVE",
        "valid expand online SHARE UPDATE EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
    ]
    assert only(plan).strategy == "NOT VALID + VALIDATE"
    assert "23514" in only(plan).hazards[0]
    assert plan.steps[1].undo == ("ALTER TABLE public.commandes DROP CONSTRAINT positif",)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("totl > 0", "totl"),
        ("statut > 0", "integer"),
        ("total IN (SELECT 1)", "cannot have a subquery"),
        ("total", "boolean"),
        ("sum(total) > 0", "aggregate"),
        ("commandes IS NOT NULL", "whole row"),
        ("rien(total)", "rien"),
    ],
)
def test_what_is_wrong_is_said_before(make_database: Callable[..., Database], check: str, said: str) -> None:
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(T), f"\nALTER TABLE commandes ADD CHECK ({check});")
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert (caught.value.line, caught.value.column) == (2, 23)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE commandes ADD CONSTRAINT commandes_pkey CHECK (total > 0);", "exists already"),
        (
            "ALTER TABLE commandes ADD CONSTRAINT k CHECK (total > 0), ADD CONSTRAINT k CHECK (total > 1);",
            "An earlier statement of this plan adds it",
        ),
        (
            "ALTER TABLE commandes ADD CONSTRAINT vieux CHECK (total > 0), DROP CONSTRAINT vieux;",
            "Write DROP CONSTRAINT vieux before it",
        ),
        (f"ALTER TABLE commandes ADD CONSTRAINT {'x' * 64} CHECK (total > 0);", "longer than 63 bytes"),
    ],
)
def test_names_that_are_taken(make_database: Callable[..., Database], text: str, said: str) -> None:
    setup = T + "ALTER TABLE commandes ADD CONSTRAINT vieux CHECK (id > 0);"
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(setup), text)
    assert said in f"{caught.value.message} {caught.value.hint}"


def test_one_name_on_two_tables(make_database: Callable[..., Database]) -> None:
    """Names of constraints are the table's own."""
    text = (
        "ALTER TABLE commandes ADD CONSTRAINT k CHECK (total > 0);\nALTER TABLE autre ADD CONSTRAINT k CHECK (a > 0);"
    )
    plan = planned(make_database(T + "CREATE TABLE autre (a int);"), text)
    assert len([step for step in plan.steps if step.id.endswith(".add")]) == 2


def test_rows_that_break_it_are_counted_and_shown(make_database: Callable[..., Database], tmp_path: Path) -> None:
    verbs = Verbs(make_database(T + "UPDATE commandes SET total = -id WHERE id <= 5;"), tmp_path)
    verbs.prepare("", "ALTER TABLE commandes ADD CHECK (total >= 0);")
    before = footprint(verbs.database)
    with pytest.raises(Refused) as caught:
        verbs.expand()
    assert caught.value.message.splitlines()[0] == "5 rows of public.commandes against CHECK (total >= 0)"
    assert '"total": -1' in caught.value.reasons[0]
    assert caught.value.reasons[-1] == "… and 2 more"
    assert len(verbs.database.all(caught.value.hint.partition("See them all: ")[2])) == 5
    assert footprint(verbs.database) == before
    verbs.database.run("UPDATE commandes SET total = 0 WHERE total < 0")
    verbs.expand()
    assert verbs.state == "expanded"


def test_a_function_that_raises_is_told(make_database: Callable[..., Database], tmp_path: Path) -> None:
    verbs = Verbs(make_database(T), tmp_path)
    verbs.prepare("", "ALTER TABLE commandes ADD CHECK (10 / (total - 7) < 100);")
    before = footprint(verbs.database)
    with pytest.raises(StepFailed, match="division by zero") as caught:
        verbs.expand()
    assert caught.value.sqlstate == "22012"
    assert footprint(verbs.database) == before


def test_twin() -> None:
    made = op.AddCheck(table="Né é", expression="a > 0", name='k"', schema="s")
    assert made.to_sql() == 'ALTER TABLE s."Né é" ADD CONSTRAINT "k""" CHECK (a > 0);\n'
    assert op.AddCheck(table="t", expression="a > 0").to_sql() == "ALTER TABLE t ADD CHECK (a > 0);\n"
