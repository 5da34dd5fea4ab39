"""The VACUUM that a pass has done meanwhile: it comes, it removes, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright.evolve.execute import vacuum
from tests.support.databases import Database
from tests.support.holding import APART, TRIM, Held
from tests.support.races import MIDDLE, Race

TABLE = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, autre int DEFAULT 0, poids text)
WITH (autovacuum_enabled = off);
INSERT INTO utilisateurs SELECT i, ' Zoé ' || i, 0, repeat('x', 700) FROM generate_series(1, 3000) i;
UPDATE utilisateurs SET autre = 1;
"""
DONE = "SELECT vacuum_count > 0 FROM pg_stat_user_tables WHERE relname = 'utilisateurs'"
RUNS = "SELECT EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE relid = 'utilisateurs'::regclass)"


@pytest.fixture
def race(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Race:
    monkeypatch.setattr(vacuum, "LEAST", 500)
    return Race(database=database, folder=tmp_path, setup=TABLE, migrations=(TRIM,)).prepare()


def until(database: Database, condition: str) -> None:
    with database.connect() as connection:
        while connection.execute(condition.encode()).fetchone() != (True,):
            connection.execute("SELECT pg_sleep(0.01)")


def test_dead_rows_are_cleared_away_meanwhile(race: Race) -> None:
    race.at = {MIDDLE: lambda: until(race.database, DONE)}
    Held(race, lambda: None).expand()
    assert race.happened == [MIDDLE]
    assert race.database.one(APART) == 0


def test_it_is_ended_when_somebody_waits(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    """A VACUUM that a person types would let them wait to its end, and the application behind them."""
    monkeypatch.setattr(vacuum, "PACE", "SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1")

    def want() -> None:
        until(race.database, RUNS)
        with race.database.connect(autocommit=False) as other:
            other.execute("SET LOCAL statement_timeout = '60s'")
            other.execute("LOCK TABLE utilisateurs IN ACCESS EXCLUSIVE MODE")
            assert other.execute(RUNS).fetchone() == (False,)

    race.at = {MIDDLE: want}
    Held(race, lambda: None).expand()
    assert race.happened == [MIDDLE]
    assert race.database.one(APART) == 0
    assert race.database.one(DONE) is False


def test_one_of_no_use_makes_the_next_come_later(race: Race) -> None:
    """An old snapshot keeps all dead rows: it is not tried again and again."""
    with race.database.connect(autocommit=False) as old, race.database.connect() as connection:
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT 1")
        connection.execute("UPDATE utilisateurs SET autre = 2")
        oid = race.database.one("SELECT 'utilisateurs'::regclass::oid::int")
        nudge = vacuum.Nudge(race.settings, [oid])

        def ask(query: str) -> list[tuple[object, ...]]:
            return connection.execute(query.encode()).fetchall()

        until(race.database, "SELECT n_dead_tup >= 3000 FROM pg_stat_user_tables WHERE relname = 'utilisateurs'")
        nudge.turn(ask)
        assert nudge._thread is not None
        nudge._thread.join()
        assert race.database.one(DONE) is True
        nudge.turn(ask)
        assert nudge._factor == vacuum.LESS
        nudge.close()


@pytest.mark.majors("all")
def test_only_the_owner_does_it(make_role: Callable[..., str], race: Race) -> None:
    until(race.database, "SELECT n_dead_tup >= 3000 FROM pg_stat_user_tables WHERE relname = 'utilisateurs'")
    with psycopg.connect(race.database.dsn_as(make_role()), autocommit=True) as connection:
        oid = race.database.one("SELECT 'utilisateurs'::regclass::oid::int")
        nudge = vacuum.Nudge(race.settings, [oid])
        nudge.turn(lambda query: connection.execute(query.encode()).fetchall())
        assert nudge._thread is None
        nudge.close()
