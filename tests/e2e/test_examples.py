"""Every example runs: expand, rollback, expand again, contract, and what it says of each state is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.rollback import rollback
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.demo import shop
from pgwright.evolve.execute import journal
from pgwright.sql import parse
from tests.support.databases import Database

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("[0-9]*"))


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_example(example: Path, database: Database) -> None:
    with database.connect() as connection:
        shop.build(connection, rows=3000)
        before = example / "before.sql"
        connection.execute(before.read_bytes() if before.exists() else b"SELECT 1")
    with session.open(database.dsn) as opened:
        journal.create(opened)
    settings = Settings(dsn=database.dsn, migrations=example / "migrations")
    assert plan(settings).steps
    expand(settings)
    check(database, example / "expanded.sql")
    rollback(settings)
    expand(settings)
    check(database, example / "expanded.sql")
    contract(settings)
    check(database, example / "done.sql")


def check(database: Database, script: Path) -> None:
    """Each query of the script answers true."""
    for statement in parse.parse(script.read_text(encoding="utf-8"), file=str(script)):
        assert database.one(statement.text) is True, statement.text
