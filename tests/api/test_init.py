from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.api.init import init, init_script
from pgwright.base.errors import ConnectError, Refused
from pgwright.config import Settings, load
from pgwright.evolve.execute import journal
from pgwright.evolve.execute.lease import LEASE_DDL
from pgwright.sql.parse import parse
from tests.support.databases import Database


@pytest.mark.majors("all")
def test_it_makes_project_and_journal_once(database: Database, tmp_path: Path) -> None:
    settings = Settings(dsn=database.dsn, migrations=tmp_path / "migrations")
    made = init(settings, folder=tmp_path)
    assert made == (
        str(tmp_path / "pgwright.toml"),
        f"{tmp_path / 'migrations'}/",
        f"the journal in database {database.name}",
    )
    assert init(settings, folder=tmp_path) == ()
    assert database.one("SELECT version FROM pgwright.journal") == journal.VERSION


@pytest.mark.majors("all")
def test_a_journal_of_older_code_is_brought_up_to_date(database: Database) -> None:
    first = (Path(journal.__file__).parent / "journal.sql").read_text(encoding="utf-8")
    database.run(first + LEASE_DDL)
    assert database.one("SELECT version FROM pgwright.journal") == 1
    with database.connect() as connection:
        assert journal.require(connection) == 1
        journal.upgrade(connection)
        journal.upgrade(connection)
        assert journal.require(connection) == journal.VERSION
    assert database.one("SELECT count(*) FROM pgwright.control") == 1


def test_a_journal_of_newer_code_is_left_alone(database: Database) -> None:
    with database.connect() as connection:
        journal.create(connection)
        connection.execute("UPDATE pgwright.journal SET version = 1000")
        with pytest.raises(Refused, match="newer pgwright"):
            journal.upgrade(connection)


def test_the_file_that_it_writes_can_be_loaded(database: Database, tmp_path: Path) -> None:
    init(Settings(dsn=database.dsn, migrations=tmp_path / "migrations"), folder=tmp_path)
    tomllib.loads((tmp_path / "pgwright.toml").read_text())
    assert load(folder=tmp_path, environ={}).migrations == tmp_path / "migrations"


def test_a_project_above_is_used(database: Database, tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text("")
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    init(Settings(dsn=database.dsn, migrations=tmp_path / "migrations"), folder=folder)
    assert not (folder / "pgwright.toml").exists()


def test_without_a_server_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConnectError):
        init(Settings(dsn=f"postgresql:///x?host={tmp_path}", migrations=tmp_path / "migrations"), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.majors("all")
def test_a_role_that_may_not_gets_the_way_out(
    make_role: Callable[..., str], database: Database, tmp_path: Path
) -> None:
    role = make_role("LOGIN")
    settings = Settings(dsn=database.dsn_as(role), migrations=tmp_path / "migrations")
    with pytest.raises(Refused, match="init --sql --role " + role):
        init(settings, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
    database.run(init_script(role))
    assert init(settings) == ()
    with psycopg.connect(settings.dsn) as connection:
        connection.execute("INSERT INTO pgwright.unit (id, fingerprint) VALUES (1, 'x')")
        connection.execute("CREATE FUNCTION pgwright.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        connection.execute("DROP TABLE pgwright.chunk")
        connection.rollback()
    database.run(f'DROP OWNED BY "{role}" CASCADE')


@pytest.mark.parametrize(
    "role", [None, "migrator", "we\"ird'; DROP TABLE x; --", "ünïcode $pgwright$ rôle", "$$ $body$ $"]
)
def test_the_script_is_one_transaction_of_plain_sql(role: str | None) -> None:
    kinds = [statement.kind for statement in parse(init_script(role))]
    assert kinds[0] == kinds[-1] == "TransactionStmt"
    assert kinds.count("TransactionStmt") == 2


def test_the_script_takes_any_role(make_role: Callable[..., str], database: Database) -> None:
    name = "w\"eird' $pgwright$ é"
    quoted = '"' + name.replace('"', '""') + '"'
    database.run(f"CREATE ROLE {quoted}")
    try:
        database.run(init_script(name))
        owners = database.all("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'pgwright'")
        assert owners == [(name,)]
    finally:
        database.run(f"DROP OWNED BY {quoted} CASCADE; DROP ROLE {quoted}")
