"""What indexes add to a write: entries, a HOT update that is none any more, and the part of the rows that is held."""

from __future__ import annotations

import pytest

from pgwright.diagnose.advise.indexes.advice import written
from pgwright.diagnose.advise.indexes.cases import Case
from pgwright.diagnose.advise.indexes.upkeep import Upkeep, Written
from pgwright.diagnose.indexes import reader
from pgwright.diagnose.whatif.proposed import Proposed
from tests.support.databases import Database

TABLE = ("public", "t")


def added(statement: str, *new: Proposed, hot: float = 1.0, indexes: int = 2, part: float = 1.0) -> float:
    """What the indexes add to the statement, where `id` is the only column of which an index knows."""
    case = Case(number=0, text=statement, texts=(statement,), calls=1, weight=1.0, cost=1.0, accesses=(), candidates=())
    tables = {TABLE: Written(indexes=indexes, hot=hot, indexed=frozenset({"id"}), sparing=frozenset({"brin"}))}
    return Upkeep([case], tables, lambda several: dict.fromkeys(several, part))(new)


def index(key: str, *, where: str = "", method: str = "btree") -> Proposed:
    """An index on the table."""
    return Proposed(schema="public", table="t", keys=(key,), where=where, method=method)


def test_an_insert_makes_an_entry_in_each() -> None:
    statement = "INSERT INTO t VALUES (1)"
    assert added(statement, index("a")) == pytest.approx(1 / 3)
    assert added(statement, index("a"), index("b", method="brin")) == pytest.approx(1.15 / 3)
    assert added(statement, index("a gin_trgm_ops", method="gin")) == pytest.approx(5 / 3)
    assert added(statement, index("a", where="b IS NULL"), part=0.1) == pytest.approx(0.1 / 3)


def test_an_update_of_another_column_stays_hot() -> None:
    assert added("UPDATE t SET b = 1", index("a")) == 0


def test_an_update_that_was_hot_pays_for_all() -> None:
    assert added("UPDATE t SET a = 1", index("a")) == pytest.approx((1 + 2) / 1.7)
    assert added("UPDATE t SET a = 1", index("a"), hot=0.5) == pytest.approx((1 + 0.5 * 2) / (1.7 + 0.5 * 2))


def test_an_index_that_spares_hot_updates_costs_its_own_entry() -> None:
    assert added("UPDATE t SET a = 1", index("a", method="brin")) == pytest.approx(0.15 / 1.7)


def test_an_update_that_never_was_hot_makes_an_entry_in_each() -> None:
    assert added("UPDATE t SET id = 1", index("a")) == pytest.approx(1 / 3.7)
    assert added("UPDATE t SET b = 1", index("a"), hot=0.0) == pytest.approx(1 / 3.7)


@pytest.mark.majors("all")
def test_tables_are_read_with_all_columns_that_an_index_knows(database: Database) -> None:
    database.run("""
        CREATE TABLE t (id int PRIMARY KEY, "Où est" int, b text, c int, d int, e int, f int);
        CREATE INDEX ON t ("Où est" DESC) INCLUDE (f); CREATE INDEX ON t (lower(b)) WHERE c > 3;
        CREATE INDEX ON t USING brin (d);
    """)
    with database.connect() as connection:
        [(name, found)] = written(reader.read(connection)).items()
    assert name == TABLE
    assert found.indexes == 4
    brin = frozenset({"d"}) if database.major < 16 else frozenset()
    assert found.indexed == frozenset({"id", "Où est", "f", "b", "c"}) | brin
    assert found.hot == 1.0
