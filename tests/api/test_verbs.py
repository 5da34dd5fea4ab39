"""What the verbs say to a stranger who asks for something that cannot be: message, state, hint, exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.api.status import status
from pgwright.base.errors import ConnectError, MigrationFileError, PgwrightError, Refused, UsageError
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from tests.support.databases import Database

RENAME = "-- pgwright: strategy = copy\nALTER TABLE t RENAME COLUMN {} TO {};\n"


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """A database with a journal, and two migrations of one table."""
    database.run("CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t VALUES (1, 'x', 'y')")
    with session.open(database.dsn) as connection:
        journal.create(connection)
    (tmp_path / "0001_un.sql").write_text(RENAME.format("a", "a2"), encoding="utf-8")
    (tmp_path / "0002_deux.sql").write_text(RENAME.format("b", "b2"), encoding="utf-8")
    return Settings(dsn=database.dsn, migrations=tmp_path)


def states(settings: Settings) -> list[str]:
    return [each.state for each in status(settings).migrations]


def refused(error: PgwrightError, code: int, *words: str) -> None:
    assert error.exit_code == code
    assert all(word in str(error) for word in words), str(error)
    assert error.state
    assert error.hint


def test_no_journal(database: Database, tmp_path: Path) -> None:
    settings = Settings(dsn=database.dsn, migrations=tmp_path)
    for verb in (expand, contract, rollback):
        with pytest.raises(UsageError) as caught:
            verb(settings)
        refused(caught.value, 2, "no journal", "pgwright init")
    assert "pgwright init" in status(settings).warnings[0]


def test_no_server(tmp_path: Path) -> None:
    settings = Settings(dsn="postgresql://nobody:secret@127.0.0.1:1/nothing", migrations=tmp_path)
    for verb in (expand, contract, rollback, status, plan):
        with pytest.raises(ConnectError) as caught:
            verb(settings)
        refused(caught.value, 3, "127.0.0.1")
        assert "secret" not in str(caught.value)


def test_nothing_to_do(settings: Settings) -> None:
    expand(settings)
    assert expand(settings).migrations == ()
    contract(settings)
    assert states(settings) == ["done", "done"]
    assert contract(settings).migrations == ()
    assert rollback(settings).migrations == ()


def test_names_that_are_not_there(settings: Settings) -> None:
    with pytest.raises(UsageError) as caught:
        expand(settings, ["0009_neuf"])
    refused(caught.value, 2, "0009_neuf", "0001_un")
    for verb in (contract, rollback):
        with pytest.raises(UsageError) as other:
            verb(settings, ["0001_un"])
        refused(other.value, 2, "0001_un", "pgwright status")


def test_one_that_stands_before(settings: Settings) -> None:
    with pytest.raises(Refused) as caught:
        expand(settings, ["0002_deux"])
    refused(caught.value, 6, "0001_un", "0002_deux", "out_of_order")
    expand(settings, ["0002_deux"], allow=frozenset({"out_of_order"}))
    assert states(settings) == ["pending", "expanded"]
    with pytest.raises(Refused) as late:
        expand(settings)
    refused(late.value, 6, "0001_un", "out_of_order")


def test_edited_in_flight(settings: Settings) -> None:
    expand(settings)
    path = settings.migrations / "0001_un.sql"
    path.write_text(RENAME.format("a", "a3"), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        expand(settings)
    refused(caught.value, 6, "0001_un", "edited", "rollback")
    assert [each.edited for each in status(settings).migrations] == [True, False]
    path.write_text("-- a remark is no edit\n" + RENAME.format("a", "a2"), encoding="utf-8")
    assert expand(settings).migrations == ()
    contract(settings)
    path.write_text(RENAME.format("a", "a3"), encoding="utf-8")
    assert status(settings).migrations[0].edited
    assert expand(settings).migrations == ()


def test_after_done_there_is_no_way_back(settings: Settings) -> None:
    expand(settings)
    contract(settings)
    with pytest.raises(Refused) as caught:
        rollback(settings, ["0001_un"])
    refused(caught.value, 6, "done", "new migration")
    with pytest.raises(Refused) as again:
        contract(settings, ["0001_un"])
    refused(again.value, 6, "done", "status")


def test_a_rollback_that_was_begun_is_ended_first(settings: Settings) -> None:
    expand(settings)

    def die(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rollback(settings, gate=die)
    assert "rolling back" in states(settings)
    for verb in (expand, contract):
        with pytest.raises(Refused) as caught:
            verb(settings)
        refused(caught.value, 6, "rolling back", "pgwright rollback")
    rollback(settings)
    assert states(settings) == ["rolled back", "rolled back"]
    expand(settings)
    assert states(settings) == ["expanded", "expanded"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ALTER TABLE t RENAME COLUMN rien TO b9;", ("rien", "does not exist", "id")),
        ("ALTER TABLE rien RENAME COLUMN a TO a2;", ("rien", "does not exist", "search_path")),
        ("ALTER TABLE t RENAME COLUMN a TO b;", ("already has a column", '"b"')),
        ("ALTER TABLE t RENAME COLUMN a TO a;", ("already",)),
        ("ALTER TABLE t RENAME COLUMN a TO ctid;", ("system column",)),
        (f"ALTER TABLE t RENAME COLUMN a TO {'é' * 32};", ("63 bytes",)),
        ("-- pgwright: strategy = magie\nALTER TABLE t RENAME COLUMN a TO a2;", ("magie", "alias", "copy")),
        ("-- pgwright: upp = a\nALTER TABLE t RENAME COLUMN a TO a2;", ("upp", "up")),
        ("ALTER TABEL t;", ("syntax error",)),
        ("ALTER TABLE v RENAME COLUMN a TO a2;", ("v",)),
        ("ALTER TABLE pgwright.journal RENAME COLUMN version TO v;", ("journal",)),
        ("ALTER TABLE pg_class RENAME COLUMN relname TO v;", ("pg_class",)),
    ],
)
def test_files_that_make_no_sense(settings: Settings, database: Database, text: str, words: tuple[str, ...]) -> None:
    database.run("CREATE VIEW v AS SELECT a FROM t")
    (settings.migrations / "0002_deux.sql").unlink()
    (settings.migrations / "0001_un.sql").write_text("-- first line\n" + text, encoding="utf-8")
    with pytest.raises((MigrationFileError, Refused)) as caught:
        expand(settings)
    error = caught.value
    assert error.exit_code in (2, 6)
    assert all(word in str(error) for word in words), str(error)
    assert "0001_un.sql:2:" in str(error) or "0001_un.sql:3:" in str(error), str(error)
    assert error.state == "Nothing was changed."
    assert database.one("SELECT count(*) FROM pgwright.migration") == 0
