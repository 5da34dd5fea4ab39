"""What a backend holds, as the witness sees it: everything that others could wait for, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from pgwright.base.lock import LockMode
from pgwright.evolve.locks.observe import held
from tests.support.databases import Database

pytestmark = pytest.mark.majors("all")
Session = psycopg.Connection[tuple[Any, ...]]

SCHEMA = """
CREATE TABLE t (x int PRIMARY KEY, y text);
CREATE VIEW v AS SELECT x FROM t;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;
CREATE SEQUENCE s;
CREATE TABLE p (k int) PARTITION BY LIST (k);
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing;
CREATE SCHEMA pgwright;
CREATE TABLE pgwright.own (x int);
"""


@pytest.fixture
def session(make_database: Callable[..., Database]) -> Iterator[Session]:
    with make_database(SCHEMA).connect(autocommit=False) as connection:
        yield connection
        connection.rollback()


def names(connection: Session, pid: int | None = None) -> dict[str, str]:
    locks = held(connection, pid)
    return {
        str((connection.execute("SELECT %s::oid::regclass::text", [oid]).fetchone() or ("",))[0]): mode.name
        for oid, mode in locks.items()
    }


def test_the_strongest_lock_on_each_relation(session: Session) -> None:
    session.execute("SELECT * FROM v")
    session.execute("INSERT INTO t VALUES (1)")
    session.execute("ALTER TABLE t ADD COLUMN z int")
    session.execute("SELECT nextval('s')")
    session.execute("REFRESH MATERIALIZED VIEW m")
    assert names(session) == {
        "t": "ACCESS_EXCLUSIVE",
        "v": "ACCESS_SHARE",
        "s": "ROW_EXCLUSIVE",
        "m": "ACCESS_EXCLUSIVE",
    }


def test_catalogs_indexes_and_the_journal_are_left_out(session: Session) -> None:
    session.execute("SELECT * FROM pg_class, pgwright.own")
    session.execute("LOCK TABLE pgwright.own")
    session.execute("REINDEX INDEX t_pkey")
    assert names(session) == {"t": "SHARE"}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE n (x int, y text)",
        "CREATE TABLE n (x serial PRIMARY KEY)",
        "CREATE VIEW n AS SELECT 1 AS x",
        "CREATE MATERIALIZED VIEW n AS SELECT 1 AS x",
        "CREATE SEQUENCE n",
        "CREATE TABLE n (k int) PARTITION BY LIST (k)",
        "CREATE TEMPORARY TABLE n (x int)",
        "CREATE FOREIGN TABLE n (x int) SERVER elsewhere",
    ],
)
def test_own_creations_are_left_out(session: Session, statement: str) -> None:
    session.execute("CREATE TABLE unrelated ()")
    for point in ("one", "two"):
        session.execute(f"SAVEPOINT {point}".encode())
    session.execute(statement.encode())
    session.execute("RELEASE one")
    assert names(session) == {}


def test_what_the_transaction_changed_is_no_creation(session: Session) -> None:
    """Each writes the row in pg_class, and some all rows of pg_attribute, pg_type or pg_rewrite again."""
    session.execute("SAVEPOINT one")
    session.execute("CREATE SCHEMA elsewhere")
    session.execute("ALTER TABLE t RENAME TO u")
    session.execute("ALTER TABLE u SET SCHEMA elsewhere")
    session.execute("CREATE OR REPLACE VIEW v AS SELECT x, 1 AS one FROM elsewhere.u")
    session.execute("ALTER VIEW v RENAME TO w")
    session.execute("ALTER SEQUENCE s AS smallint")
    session.execute("ALTER SEQUENCE s RENAME TO s2")
    session.execute("ALTER TABLE p ADD COLUMN z int")
    session.execute("TRUNCATE p")
    assert names(session) == {
        "elsewhere.u": "ACCESS_EXCLUSIVE",
        "w": "ACCESS_EXCLUSIVE",
        "s2": "ACCESS_EXCLUSIVE",
        "p": "ACCESS_EXCLUSIVE",
    }


def test_a_rewritten_table_is_no_creation(session: Session) -> None:
    session.execute("DROP VIEW v")
    session.execute("ALTER TABLE t ALTER COLUMN x TYPE bigint")
    assert names(session) == {"t": "ACCESS_EXCLUSIVE"}


def test_another_backend(session: Session, make_database: Callable[..., Database]) -> None:
    database = make_database("CREATE TABLE t (x int)")
    with database.connect(autocommit=False) as worker, database.connect() as witness:
        worker.execute("ALTER TABLE t ADD COLUMN y int")
        worker.execute("CREATE TABLE n (x int)")
        assert names(witness, worker.info.backend_pid) == {"t": "ACCESS_EXCLUSIVE"}


def test_a_backend_in_another_database_is_not_mistaken(make_database: Callable[..., Database]) -> None:
    one, two = make_database("CREATE TABLE t (x int)"), make_database("CREATE TABLE t (x int)")
    with one.connect(autocommit=False) as worker, two.connect() as witness:
        worker.execute("LOCK TABLE t")
        assert held(witness, worker.info.backend_pid) == {}


def test_nothing_is_held(session: Session) -> None:
    assert held(session) == {}
    session.execute("SELECT * FROM t")
    assert set(held(session).values()) == {LockMode.ACCESS_SHARE}


def test_predicate_locks_are_no_locks(session: Session) -> None:
    session.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
    session.execute("INSERT INTO t VALUES (1)")
    session.execute("SELECT * FROM t")
    assert names(session) == {"t": "ROW_EXCLUSIVE"}
