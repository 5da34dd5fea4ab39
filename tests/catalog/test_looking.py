"""Questions to the catalog change nothing, wait for nobody for long, and are asked again when it moves."""

from __future__ import annotations

import psycopg
import pytest

from pgwright.base.errors import LockNotObtained, StepFailed
from pgwright.catalog.looking import TRIES, counting, looked
from tests.support.databases import Database


@pytest.mark.majors("all")
def test_nothing_can_be_changed_and_nothing_stays_set(database: Database) -> None:
    with database.connect() as connection:
        with pytest.raises(StepFailed, match="While making a table: cannot execute CREATE TABLE"):
            looked(connection, lambda: connection.execute("CREATE TABLE t ()"), doing="making a table")
        inside = looked(connection, lambda: connection.execute("SHOW search_path").fetchone(), doing="looking")
        assert inside == ("pg_catalog, pg_temp",)
        assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)
        assert connection.execute("SHOW lock_timeout").fetchone() == ("0",)


@pytest.mark.majors("all")
def test_it_does_not_stand_in_a_queue(database: Database) -> None:
    database.run("CREATE TABLE t (a int)")
    with database.connect(autocommit=False) as holder, database.connect() as connection:
        holder.execute("LOCK TABLE t")
        with pytest.raises(LockNotObtained):
            looked(connection, lambda: connection.execute("SELECT FROM public.t"), doing="reading t")


def test_what_moved_is_asked_again(database: Database) -> None:
    tries = []

    def take() -> int:
        tries.append(1)
        if len(tries) < TRIES:
            raise psycopg.errors.InternalError_
        return len(tries)

    with database.connect() as connection:
        assert looked(connection, take, doing="looking") == TRIES


@pytest.mark.majors("all")
def test_a_reset_begins_the_count(database: Database) -> None:
    with database.connect() as connection:
        connection.execute("SELECT pg_stat_reset()")
        (reset,) = connection.execute(
            "SELECT extract(epoch FROM clock_timestamp() - stats_reset)::float8 FROM pg_stat_database "
            "WHERE datname = current_database()"
        ).fetchone() or (0.0,)
        assert counting(connection) >= 0
        assert counting(connection) == pytest.approx(reset, abs=60)
