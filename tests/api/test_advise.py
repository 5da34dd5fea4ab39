"""`advise settings` and `advise statistics` where servers are not what one would like."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.api.advise_settings import advise_settings
from pgwright.api.advise_statistics import Sampling, advise_statistics
from pgwright.base.errors import ConnectError
from pgwright.config import Settings
from tests.diagnose.advise.statistics.test_checks import made
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database
from tests.support.own import own

TABLE = """
CREATE TABLE t (id int, a int, b int);
INSERT INTO t SELECT n, n % 300, n % 300 / 3 FROM generate_series(1, 40000) n;
"""
STATEMENTS = """
CREATE EXTENSION pg_stat_statements;
SET work_mem = '64kB';
SELECT * FROM t WHERE a = 5 AND b = 1;
SELECT * FROM (SELECT * FROM t ORDER BY b, a, id OFFSET 0) s ORDER BY id, b;
"""


def run_each(database: Database, script: str) -> None:
    """Each statement by itself: pg_stat_statements has it as it was sent."""
    with database.connect() as connection:
        for statement in filter(None, (each.strip() for each in script.split(";"))):
            connection.execute(statement.encode())


@pytest.fixture
def counted(make_counting_database: Callable[..., Database]) -> Database:
    """A table, and statements that were counted."""
    database = make_counting_database()
    made(database, TABLE)
    run_each(database, STATEMENTS)
    return database


@pytest.mark.majors("all")
def test_statements_that_spill_and_columns_that_are_compared(counted: Database) -> None:
    advice = advise_settings(Settings(dsn=counted.dsn))
    (spilling,) = advice.statements
    assert "ORDER BY b, a, id" in spilling.statement.text
    assert 1_000_000 < spilling.written <= spilling.low < spilling.high
    assert "ALTER ROLE postgres SET work_mem" in spilling.sql
    for statement in spilling.sql.splitlines()[:1]:
        counted.run(statement)
    names = {
        (each.name, each.object) for each in advise_statistics(Settings(dsn=counted.dsn), sampling=Sampling()).findings
    }
    assert ("correlated_columns", "public.t") in names


@pytest.mark.majors("all")
def test_on_a_standby() -> None:
    with own() as server:
        server.run(TABLE)
        server.run("ANALYZE t")
        (server.server.folder / "data" / "standby.signal").touch()
        server.server.restart()
        settings = Settings(dsn=server.dsn)
        advice = advise_settings(settings)
        assert any("This server is a standby" in note for note in advice.notes)
        assert advice.tables == ()
        assert advise_statistics(settings, sampling=Sampling()).sampled


def test_through_a_transaction_pooler(counted: Database) -> None:
    with PgBouncer(counted.server.host, counted.server.port, server_lifetime=1, server_round_robin=1) as bouncer:
        settings = Settings(dsn=bouncer.dsn(counted.name))
        assert advise_settings(settings).settings
        assert advise_statistics(settings, sampling=Sampling()).candidates


@pytest.mark.majors("all")
def test_a_role_that_may_do_nothing(counted: Database) -> None:
    counted.run("CREATE ROLE personne LOGIN")
    settings = Settings(dsn=counted.dsn_as("personne"))
    advice = advise_settings(settings)
    assert advice.settings
    assert any("ALTER SYSTEM wants a superuser" in note for note in advice.notes)
    assert any("Which statements spill is not known" in note for note in advice.notes)
    statistics = advise_statistics(settings, sampling=Sampling())
    assert statistics.findings == ()
    assert any("Statistics of 1 tables are hidden" in note for note in statistics.notes)


def test_an_empty_database(database: Database) -> None:
    settings = Settings(dsn=database.dsn)
    assert advise_settings(settings).tables == ()
    assert advise_statistics(settings, sampling=Sampling()).findings == ()


def test_a_server_that_is_not_there() -> None:
    for verb in (advise_settings, advise_statistics):
        with pytest.raises(ConnectError):
            verb(Settings(dsn="postgresql://127.0.0.1:1/x"))
