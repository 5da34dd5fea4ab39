from __future__ import annotations

import psycopg
import pytest

from pgwright import connect
from pgwright.base.errors import ConnectError, LockNotObtained, PgwrightError, Refused, StepFailed
from pgwright.connect.retry import is_connection_loss, is_contention, is_transient
from pgwright.connect.translation import describe, translate
from tests.support.databases import Database

pytestmark = pytest.mark.majors("all")

TABLE = "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0), (2, 0)"


def failure(database: Database, *statements: str) -> psycopg.Error:
    """What the last of the statements raises, run in one transaction."""
    with database.connect(autocommit=False) as connection:
        with pytest.raises(psycopg.Error) as caught:
            for statement in statements:
                connection.execute(statement)
        connection.close()
    return caught.value


def test_a_lock_timeout(database: Database) -> None:
    database.run(TABLE)
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK TABLE t")
        error = failure(database, "SET LOCAL lock_timeout = '10ms'", "SELECT FROM t")
    assert (is_transient(error), is_contention(error), is_connection_loss(error)) == (True, True, False)
    assert isinstance(translate(error), LockNotObtained)


def test_a_serialization_failure(database: Database) -> None:
    database.run(TABLE)
    with database.connect(autocommit=False) as late:
        late.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        late.execute("SELECT FROM t")
        database.run("UPDATE t SET n = 1")
        with pytest.raises(psycopg.errors.SerializationFailure) as caught:
            late.execute("UPDATE t SET n = 2")
    assert is_contention(caught.value)


def test_a_deadlock(database: Database) -> None:
    database.run(TABLE)
    with database.connect(autocommit=False) as first, database.connect(autocommit=False) as second:
        first.execute("SET deadlock_timeout = '10s'; UPDATE t SET n = 1 WHERE id = 1")
        second.execute("SET deadlock_timeout = '10ms'; UPDATE t SET n = 1 WHERE id = 2")
        first.pgconn.send_query(b"UPDATE t SET n = 1 WHERE id = 2")
        with pytest.raises(psycopg.errors.DeadlockDetected) as caught:
            second.execute("UPDATE t SET n = 1 WHERE id = 1")
        second.rollback()
        while first.pgconn.get_result() is not None:
            pass
    assert is_contention(caught.value)


def test_a_session_that_was_ended(database: Database) -> None:
    with database.connect() as connection:
        pid = connection.info.backend_pid
        database.run(f"SELECT pg_terminate_backend({pid})")
        with pytest.raises(psycopg.Error) as caught:
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.Error) as closed:
            connection.execute("SELECT 1")
    for error in (caught.value, closed.value):
        assert is_connection_loss(error)
        assert isinstance(translate(error, doing="looking"), ConnectError)


def test_what_does_not_go_away(database: Database) -> None:
    database.run(TABLE)
    for statement in ("SELECT nothing", "INSERT INTO t VALUES (1)", "SELECT 1/0"):
        error = failure(database, statement)
        assert not is_transient(error)
        translated = translate(error, step="s1")
        assert isinstance(translated, StepFailed)
        assert translated.sqlstate == error.sqlstate
    assert not is_transient(ValueError())
    assert not is_transient(None)


def test_our_own_errors_are_judged_by_their_cause(database: Database) -> None:
    database.run(TABLE)
    lost: PgwrightError
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK TABLE t")
        error = failure(database, "SET LOCAL lock_timeout = '10ms'", "SELECT FROM t")
        try:
            raise translate(error) from error
        except LockNotObtained as caught:
            lost = caught
    assert is_contention(lost)
    assert not is_contention(LockNotObtained("by hand"))


def test_a_missing_right(database: Database) -> None:
    database.run(TABLE + "; SET ROLE pg_read_all_settings")
    error = failure(database, "SET ROLE pg_read_all_settings", "SELECT FROM t")
    refused = translate(error, doing="reading")
    assert isinstance(refused, Refused)
    assert refused.message == "While reading: permission denied for table t. (SQLSTATE 42501)"


def test_passwords_do_not_come_back_in_messages(database: Database) -> None:
    error = failure(database, "DO $$ BEGIN RAISE 'no: %', 'host=h password=secret x=1'; END $$")
    assert "secret" not in describe(error)
    assert connect.is_transient(error) is False
