"""What a rename becomes: the golden plans of its strategies, what it refuses, and what it says it cannot save."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database

SHOP = """
CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text NOT NULL DEFAULT 'x', email text UNIQUE, autre int);
INSERT INTO utilisateurs SELECT g, 'n' || g, 'e' || g, g FROM generate_series(1, 100) g;
ANALYZE utilisateurs;
"""
RENAME = "ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;"
COPY = [
    "open expand instant ACCESS EXCLUSIVE",
    "pass backfill backfill ROW EXCLUSIVE",
    "fill_end backfill verify -",
    "check verify instant ACCESS EXCLUSIVE",
    "validate verify online SHARE UPDATE EXCLUSIVE",
    "analyze verify online SHARE UPDATE EXCLUSIVE",
]


@pytest.mark.majors(14, 18)
def test_plain_copy(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(SHOP), f"-- pgwright: strategy = copy\n{RENAME}")
    assert only(plan).strategy == "copy"
    assert outline(plan) == [
        *COPY,
        "close contract cutover ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
        "reopen restore cutover ACCESS EXCLUSIVE",
    ]
    assert plan.steps[1].rows == 100


@pytest.mark.majors(14, 18)
def test_copy_with_up_flips_and_retires(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(SHOP), f"-- pgwright: up = trim(nom)\n{RENAME}")
    lines = outline(plan)
    assert lines[: len(COPY)] == COPY
    assert "flip contract cutover ACCESS EXCLUSIVE" in lines
    assert "retire retire cutover ACCESS EXCLUSIVE" in lines
    assert not any(line.startswith("close") for line in lines)


@pytest.mark.majors(14, 18)
def test_alias_moves_no_data(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(SHOP), f"-- pgwright: strategy = alias\n{RENAME}")
    assert outline(plan) == [
        "open expand instant ACCESS EXCLUSIVE",
        "close contract cutover ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
        "restore restore cutover ACCESS EXCLUSIVE",
    ]
    assert all(step.rows is None and not step.scans for step in plan.steps)


def test_no_strong_lock_over_a_scan(make_database: Callable[..., Database]) -> None:
    for up in ("-- pgwright: up = trim(nom)\n", "-- pgwright: strategy = copy\n"):
        for step in planned(make_database(SHOP), up + RENAME).steps:
            assert not (step.scans and any(lock.mode.is_strong for lock in step.locks)), step


def test_every_statement_is_listed(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(SHOP), f"-- pgwright: up = trim(nom)\n{RENAME}")
    texts = "\n".join(statement for step in plan.steps for statement in step.statements)
    for part in ("ADD COLUMN nom_complet", "CREATE TRIGGER", "CREATE OR REPLACE FUNCTION", "VALIDATE CONSTRAINT"):
        assert part in texts


def test_auto_is_copy_where_nothing_is_known(make_database: Callable[..., Database]) -> None:
    operation = only(planned(make_database(SHOP), RENAME))
    assert operation.strategy == "copy"
    assert "pg_stat_statements" in operation.why


def test_auto_is_alias_where_a_copy_is_impossible(make_database: Callable[..., Database]) -> None:
    operation = only(planned(make_database(SHOP), "ALTER TABLE utilisateurs RENAME COLUMN email TO courriel;"))
    assert operation.strategy == "alias"
    assert "unique" in operation.why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-- pgwright: strategy = copy\nALTER TABLE utilisateurs RENAME COLUMN email TO courriel;", "unique"),
        ("-- pgwright: up = lower(email)\nALTER TABLE utilisateurs RENAME COLUMN email TO courriel;", "unique"),
        (f"-- pgwright: up = trim(nom)\n-- pgwright: strategy = alias\n{RENAME}", "a view cannot"),
        (
            "-- pgwright: up = nom || autre\nALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;",
            "write `-- pgwr",
        ),
    ],
)
def test_refused(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        planned(make_database(SHOP), text)
    assert caught.value.exit_code == 6
    assert caught.value.state == "Nothing was changed."


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("ALTER TABLE personne RENAME COLUMN a TO b;", 'table "personne" does not exist', (1, 1)),
        ("\nALTER TABLE utilisateurs RENAME COLUMN né TO b;", 'column "né" of table', (2, 1)),
        ("ALTER TABLE utilisateurs RENAME COLUMN nom TO email;", 'already has a column "email"', (1, 1)),
        ("ALTER TABLE utilisateurs RENAME COLUMN nom TO nom;", "has this name already", (1, 1)),
        ("ALTER TABLE utilisateurs RENAME COLUMN nom TO ctid;", "system column", (1, 1)),
        (f"-- pgwright: up = trim(nmo)\n{RENAME}", "nmo", (1, 1)),
        (f"-- pgwright: up = count(nom)\n{RENAME}", "count", (1, 1)),
        ("-- pgwright: up = nom\nALTER TABLE utilisateurs RENAME COLUMN autre TO a;", "integer", (1, 1)),
        (f"-- pgwright: down = trim(nom)\n{RENAME}", "after the statement", (1, 1)),
        (f"-- pgwright: strategy = magic\n{RENAME}", "auto, alias, copy", (2, 1)),
        (f"-- pgwright: on_null = 'x'\n{RENAME}", "on_null", (1, 1)),
        (f"-- pgwright: allow = destructif\n{RENAME}", "destructive", (1, 1)),
    ],
)
def test_what_does_not_fit_is_named(
    make_database: Callable[..., Database], text: str, said: str, place: tuple[int, int]
) -> None:
    with pytest.raises(MigrationFileError) as caught:
        planned(make_database(SHOP), text)
    error = caught.value
    assert said in f"{error.message} {error.hint}"
    assert error.file.endswith("0001_test.sql")
    assert (error.line, error.column) == place


def test_hazards_are_named(make_database: Callable[..., Database]) -> None:
    operation = only(planned(make_database(SHOP), f"-- pgwright: up = trim(nom)\n{RENAME}"))
    hazards = "\n".join(operation.hazards)
    for part in ("COPY utilisateurs FROM", "SELECT *", "40001", "NULL in nom_complet is refused", "22000", "standby"):
        assert part in hazards
    alias = "\n".join(only(planned(make_database(SHOP), f"-- pgwright: strategy = alias\n{RENAME}")).hazards)
    for part in ("GROUP BY", "ON CONFLICT ON CONSTRAINT", "pg_get_serial_sequence", "TABLESAMPLE", "42601"):
        assert part in alias


def test_a_later_statement_speaks_the_names_of_its_place(make_database: Callable[..., Database]) -> None:
    text = f"-- pgwright: strategy = copy\n{RENAME}\n"
    text += "-- pgwright: strategy = copy\nALTER TABLE utilisateurs RENAME COLUMN nom_complet TO nom_entier;"
    plan = planned(make_database(SHOP), text)
    assert [operation.strategy for operation in plan.migrations[0].operations] == ["copy", "copy"]
    gone = f"-- pgwright: strategy = copy\n{RENAME}\nALTER TABLE utilisateurs RENAME COLUMN nom TO nom_entier;"
    with pytest.raises(MigrationFileError, match='column "nom" of table'):
        planned(make_database(SHOP), gone)
