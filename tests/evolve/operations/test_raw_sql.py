"""Statements that no operation owns: run when harmless or allowed, refused otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.base.errors import MigrationFileError, Refused, StepFailed
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from tests.evolve.operations.planning import only, planned
from tests.support.databases import Database

SHOP = "CREATE TABLE produits (id int PRIMARY KEY, nom text); INSERT INTO produits VALUES (1, 'a');"
HARMLESS = [
    "INSERT INTO produits VALUES (2, 'b');",
    "DO $$ BEGIN PERFORM 1; END $$;",
    "NOTIFY réserve;",
    "-- pgwright: allow = raw_sql\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
]
HARMFUL = [
    ("LOCK TABLE produits;", "ACCESS EXCLUSIVE"),
    ("DO $$ BEGIN EXECUTE 'ALTER TABLE ' || 'produits ADD x int'; END $$;", "knows"),
    ("DO $$ BEGIN ALTER TABLE produits ADD x int; END $$;", "ACCESS EXCLUSIVE"),
]


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_runs(make_database: Callable[..., Database], tmp_path: Path, text: str) -> None:
    database = make_database(SHOP)
    with session.open(database.dsn) as connection:
        journal.create(connection)
    (tmp_path / "0001_x.sql").write_text(text, encoding="utf-8")
    settings = Settings(dsn=database.dsn, migrations=tmp_path)
    assert only(planned(database, text)).strategy == "as typed"
    expand(settings)
    assert contract(settings).migrations[0].state == "done"


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(("text", "said"), HARMFUL)
def test_harmful_is_refused(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        planned(make_database(SHOP), text)
    assert "allow = raw_sql" in caught.value.hint


@pytest.mark.parametrize(("text", "_"), HARMFUL)
def test_allowed_is_planned_with_its_hazard(make_database: Callable[..., Database], text: str, _: str) -> None:
    operation = only(planned(make_database(SHOP), f"-- pgwright: allow = raw_sql\n{text}"))
    assert any("allowed although" in hazard for hazard in operation.hazards)
    assert any("rollback does not undo it" in hazard for hazard in operation.hazards)


def test_an_unknown_call(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="no operation frobnicate"):
        planned(make_database(SHOP), "CALL pgwright.frobnicate('produits');")


def test_an_error_of_the_server_is_a_failed_step(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    with session.open(database.dsn) as connection:
        journal.create(connection)
    (tmp_path / "0001_x.sql").write_text("INSERT INTO produits VALUES (1, 'double');")
    settings = Settings(dsn=database.dsn, migrations=tmp_path)
    with pytest.raises(StepFailed) as caught:
        expand(settings)
    assert caught.value.sqlstate == "23505"
    assert "produits_pkey" in caught.value.message
    database.run("DELETE FROM produits")
    assert expand(settings).migrations[0].state == "expanded"


def test_ddl_on_a_table_with_a_rename_in_flight(make_database: Callable[..., Database]) -> None:
    rename = "-- pgwright: strategy = copy\nALTER TABLE produits RENAME COLUMN nom TO libelle;\n"
    database = make_database("CREATE TABLE produits (id int PRIMARY KEY, nom text);")
    assert planned(database, rename + "COMMENT ON TABLE produits IS 'x';").steps
    with pytest.raises(Refused, match="between two names until 0001_test"):
        planned(database, rename + "LOCK TABLE produits;")
