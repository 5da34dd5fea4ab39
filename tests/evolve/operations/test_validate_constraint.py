"""VALIDATE CONSTRAINT: of what is there and of what the same plan adds, and what is refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.execute.flip import Verbs
from tests.evolve.operations.cases import Case, each, live
from tests.evolve.operations.planning import planned
from tests.support.databases import Database
from tests.support.lifecycle import footprint

T = """
CREATE TABLE produits (id int PRIMARY KEY);
CREATE TABLE lignes (id int PRIMARY KEY, produit_id int, total int);
INSERT INTO produits SELECT generate_series(1, 20);
INSERT INTO lignes SELECT g, 1 + g % 20, g FROM generate_series(1, 50) g;
"""
CHECK = "ALTER TABLE lignes ADD CONSTRAINT k CHECK (total > 0) NOT VALID;"
KEY = "ALTER TABLE lignes ADD CONSTRAINT f FOREIGN KEY (produit_id) REFERENCES produits NOT VALID;"
WORKS = ("INSERT INTO lignes VALUES (1000, 3, 3)", "INSERT INTO produits VALUES (99)")

# A proven constraint stays proven: rollback has nothing to take back.
CASES = [
    Case(
        name="planned_check",
        setup=T,
        text=f"{CHECK}\nALTER TABLE lignes VALIDATE CONSTRAINT k;",
        works=WORKS,
    ),
    Case(name="planned_key", setup=T, text=f"{KEY}\nALTER TABLE lignes VALIDATE CONSTRAINT f;", works=WORKS),
    Case(
        name="twice",
        setup=T,
        text=f"{KEY}\nALTER TABLE lignes VALIDATE CONSTRAINT f, VALIDATE CONSTRAINT f;",
        works=WORKS,
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("added", [CHECK, KEY])
def test_what_is_there_is_proven(make_database: Callable[..., Database], tmp_path: Path, added: str) -> None:
    name = "k" if "CHECK" in added else "f"
    verbs = Verbs(make_database(T + added), tmp_path)
    verbs.prepare("", f"ALTER TABLE lignes VALIDATE CONSTRAINT {name};")
    verbs.expand()
    assert verbs.database.one(f"SELECT convalidated FROM pg_constraint WHERE conname = '{name}'") is True
    verbs.rollback()
    assert verbs.database.one(f"SELECT convalidated FROM pg_constraint WHERE conname = '{name}'") is True
    verbs.expand()
    verbs.finalize()
    assert verbs.state == "done"


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ("INSERT INTO lignes VALUES (99, 1, -1);" + CHECK, "1 row of public.lignes against k: CHECK ((total > 0))"),
        ("INSERT INTO lignes VALUES (99, 99, 1);" + KEY, "1 row of public.lignes against f: FOREIGN KEY (produit_id)"),
    ],
)
def test_what_breaks_it_is_counted(
    make_database: Callable[..., Database], tmp_path: Path, setup: str, said: str
) -> None:
    verbs = Verbs(make_database(T + setup), tmp_path)
    verbs.prepare("", f"ALTER TABLE lignes VALIDATE CONSTRAINT {'k' if 'CHECK' in setup else 'f'};")
    before = footprint(verbs.database)
    with pytest.raises(Refused) as caught:
        verbs.expand()
    assert caught.value.message.startswith(said)
    assert len(verbs.database.all(caught.value.hint.partition("See them all: ")[2])) == 1
    assert footprint(verbs.database) == before


def test_what_the_plan_adds_is_looked_at_before(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """ADD … NOT VALID and VALIDATE in one file: nothing is added where a row breaks it."""
    verbs = Verbs(make_database(T + "INSERT INTO lignes VALUES (99, 99, 1);"), tmp_path)
    verbs.prepare("", f"{KEY}\nALTER TABLE lignes VALIDATE CONSTRAINT f;")
    with pytest.raises(Refused, match="1 row of public"):
        verbs.expand()
    assert verbs.database.one("SELECT count(*) FROM pg_constraint WHERE conname = 'f'") == 0


def test_the_lock_on_the_other_table_is_shown(make_database: Callable[..., Database]) -> None:
    for setup, text in (
        (T, f"{KEY}\nALTER TABLE lignes VALIDATE CONSTRAINT f;"),
        (T + KEY, "ALTER TABLE lignes VALIDATE CONSTRAINT f;"),
    ):
        plan = planned(make_database(setup), text)
        valid = next(step for step in plan.steps if step.id.endswith(".valid"))
        assert {lock.relation.name: lock.mode.sql for lock in valid.locks} == {
            "produits": "ROW SHARE",
            "lignes": "SHARE UPDATE EXCLUSIVE",
        }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE lignes VALIDATE CONSTRAINT rien;", "does not exist"),
        ("ALTER TABLE lignes VALIDATE CONSTRAINT lignes_pkey;", "always valid"),
        ("ALTER TABLE lignes ADD CONSTRAINT u UNIQUE (id), VALIDATE CONSTRAINT u;", "always valid"),
        ("ALTER TABLE lignes DROP CONSTRAINT vieux, VALIDATE CONSTRAINT vieux;", "does not exist"),
        ("ALTER TABLE lignes VALIDATE CONSTRAINT lâche;", "NOT ENFORCED"),
        (
            "ALTER TABLE lignes ADD CONSTRAINT n CHECK (id > 0) NOT ENFORCED, VALIDATE CONSTRAINT n;",
            "NOT ENFORCED",
        ),
    ],
)
def test_what_is_wrong_is_said_before(make_database: Callable[..., Database], text: str, said: str) -> None:
    setup = T + (
        "ALTER TABLE lignes ADD CONSTRAINT vieux CHECK (id > 0) NOT VALID;"
        "ALTER TABLE lignes ADD CONSTRAINT lâche CHECK (id > 0) NOT ENFORCED;"
    )
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(setup), f"\n{text}")
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.line == 2


def test_twin() -> None:
    made = op.ValidateConstraint(table="t", name="É", schema="s")
    assert made.to_sql() == 'ALTER TABLE s.t VALIDATE CONSTRAINT "É";\n'
