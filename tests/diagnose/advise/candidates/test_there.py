"""What is there already is no candidate, however it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.connect import session
from pgwright.diagnose.advise.access import accesses
from pgwright.diagnose.advise.candidates._all import candidates
from pgwright.diagnose.asking.explain import Way, explain
from pgwright.diagnose.surroundings import reader
from tests.support.databases import Database

TABLE = """
CREATE TABLE t (a int, "B b" text, c int);
INSERT INTO t SELECT i, i % 100, i % 7 FROM generate_series(1, 20000) i;
ANALYZE t;
"""


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ('CREATE INDEX ON t ("B b")', '("B b");'),
        ("CREATE INDEX ON t (a DESC)", "(a DESC);"),
        ('CREATE INDEX ON t ("B b", a DESC)', '("B b", a DESC);'),
        ('CREATE INDEX ON t ("B b") INCLUDE (a, c)', '("B b") INCLUDE (a);'),
        ('CREATE INDEX ON t ("B b" DESC)', ""),
        ('CREATE INDEX ON t ("B b") WHERE c = 3', ""),
        ('CREATE INDEX ON t USING hash ("B b")', ""),
    ],
)
def test_an_index_that_is_there(make_database: Callable[..., Database], there: str, missing: str) -> None:
    assert (_candidates(make_database(TABLE)) - _candidates(make_database(TABLE + there))) >= (
        {f"CREATE INDEX ON public.t {missing}"} if missing else set()
    )
    if not missing:
        assert _candidates(make_database(TABLE)) == _candidates(make_database(TABLE + there))


def _candidates(database: Database) -> set[str]:
    statement = "SELECT a FROM t WHERE \"B b\" = '7' ORDER BY a DESC LIMIT 3"
    with session.open(database.dsn, name="test") as connection:
        plan = explain(connection, statement, Way(analyze=False))
        return {each.sql for each in candidates(accesses(plan, reader.read(connection, plan)))}
