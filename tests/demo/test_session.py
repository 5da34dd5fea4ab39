from __future__ import annotations

import re

import pytest

from pgwright.demo import shop
from pgwright.demo.mirror import rows_lost
from pgwright.demo.session import Report, Session
from pgwright.demo.statements import NEW, OLD, statements
from pgwright.sql.parse import parse
from tests.support.databases import Database


@pytest.fixture
def built(database: Database) -> Database:
    with database.connect() as connection:
        shop.build(connection, rows=20)
    return database


def test_every_statement_is_prepared_on_the_server(built: Database) -> None:
    report = Report()
    session = Session(dsn=built.dsn, column=OLD, rows=20, number=1, report=report)
    session.open()
    for _ in range(100):
        session.turn()
    connection = session._connection
    assert connection is not None
    prepared = {text for (text,) in connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()}
    assert {re.sub(r"\$\d", "%s", text) for text in prepared} == set(vars(statements(OLD)).values())
    session.close()
    session.close()
    assert report.failures == []
    assert len(report.samples) >= 100
    with built.connect() as looking:
        assert rows_lost(looking, OLD) == 0


@pytest.mark.parametrize("column", [OLD, NEW])
def test_no_statement_depends_on_the_number_of_columns(column: str) -> None:
    for text in vars(statements(column)).values():
        (statement,) = parse(text.replace("%s", "$1"))
        assert "*" not in statement.text
        if statement.kind == "InsertStmt":
            assert len(statement.node.cols) > 1


def test_a_failure_in_a_transaction_ends_it(built: Database) -> None:
    report = Report()
    session = Session(dsn=built.dsn, column=NEW, rows=20, number=1, report=report)
    session.open()
    for _ in range(50):
        session.turn()
    assert {state for _, state, _ in report.failures} == {"42703"}
    built.run("ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet")
    report.failures.clear()
    for _ in range(50):
        session.turn()
    assert report.failures == []
    session.close()


def test_a_server_that_cannot_be_reached_is_a_failure(built: Database) -> None:
    report = Report()
    session = Session(dsn=built.server.dsn("nowhere"), column=OLD, rows=20, number=1, report=report)
    session.open()
    session.turn()
    assert [what for what, _, _ in report.failures] == ["connect", "connect"]
