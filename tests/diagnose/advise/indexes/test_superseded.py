"""What a new index makes superfluous, on real catalogs: names of indexes say whether they can go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwright.diagnose.advise.indexes.superseded import superseded
from pgwright.diagnose.indexes import Kind, reader
from pgwright.diagnose.whatif.proposed import Proposed
from tests.support.databases import Database

SCHEMA = """
CREATE TABLE t (a int, "B" text, c varchar, d int NOT NULL, e text COLLATE "C");
CREATE INDEX goes ON t (a);
CREATE INDEX goes_too ON t (a, "B" DESC) INCLUDE (d);
CREATE INDEX stays_turned ON t (a DESC);
CREATE INDEX stays_other_class ON t (a, "B" text_pattern_ops);
CREATE INDEX stays_other_order ON t ("B", a);
CREATE INDEX stays_partial ON t (a) WHERE d > 3;
CREATE INDEX stays_included ON t (a) INCLUDE (e);
CREATE INDEX stays_hash ON t USING hash (a);
CREATE UNIQUE INDEX stays_unique ON t (a, "B" DESC, d);
CREATE INDEX of_expressions ON t (lower(c));
CREATE INDEX of_rows ON t (d) WHERE a IS NULL;
CREATE INDEX of_collation ON t (e COLLATE "POSIX");
CREATE TABLE p (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE INDEX of_parts ON p (k);
CREATE INDEX of_one_part ON p1 (v);
CREATE TABLE k (a int, b int, CONSTRAINT key UNIQUE (a));

"""


def on(table: str, *keys: str, include: tuple[str, ...] = (), where: str = "", method: str = "btree") -> Proposed:
    return Proposed(schema="public", table=table, keys=keys, include=include, where=where, method=method)


@pytest.mark.majors("all")
def test_superseded(make_database: Callable[..., Database]) -> None:
    database = make_database(SCHEMA)
    with database.connect() as connection:
        snapshot = reader.read(connection)

    def gone(*new: Proposed, told: tuple[int, ...] = ()) -> dict[str, str]:
        found = superseded(snapshot, new, told)
        assert all(each.kind is Kind.COVERED for each in found)
        return {each.index.name: each.cure_sql for each in found}

    wide = on("t", "a", '"B" DESC', "d")
    assert gone(wide) == {"goes": "DROP INDEX public.goes;", "goes_too": "DROP INDEX public.goes_too;"}
    goes = next(each.oid for each in snapshot.indexes.values() if each.name == "goes")
    assert set(gone(wide, told=(goes,))) == {"goes_too"}
    assert set(gone(on("t", "a", include=("B",)))) == {"goes"}
    assert gone(on("t", "a", where="d > 4")) == {}
    assert gone(on("t", "a", method="brin")) == {}
    assert set(gone(on("t", "lower((c)::text)", "a"))) == {"of_expressions"}
    assert set(gone(on("t", "d", "a", where="a IS NULL"))) == {"of_rows"}
    assert gone(on("t", "d", "a")) == {}
    assert gone(on("t", "e", "a")) == {}
    assert set(gone(on("p", "k", "v"))) == {"of_parts"}
    assert gone(on("p", "v", "k")) == {}
    assert gone(on("k", "a", "b")) == {}


@pytest.mark.majors("all")
def test_what_goes_with_it_is_said(make_database: Callable[..., Database]) -> None:
    database = make_database(SCHEMA + "CLUSTER t USING goes;")
    with database.connect() as connection:
        found = superseded(reader.read(connection), [on("t", "a", "d"), on("p", "k", "v")], ())
    caveats = {each.index.name: " ".join(each.caveats) for each in found}
    assert "CLUSTER" in caveats["goes"]
    assert "partitions" in caveats["of_parts"]
    assert all("begin those of the new index" in each.reason for each in found)
