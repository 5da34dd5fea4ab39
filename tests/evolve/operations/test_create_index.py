"""CREATE INDEX: plans, names, definitions, refusals, and the whole life on real servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

SHOP = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text, "Né é" text);
INSERT INTO t SELECT g, g, 'b' || g, 'x' FROM generate_series(1, 50) g;
CREATE TABLE p (k int, a int, b text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (a);
CREATE TABLE p2a PARTITION OF p2 FOR VALUES IN (1);
CREATE TABLE p2b PARTITION OF p2 DEFAULT;
INSERT INTO p SELECT g, g % 3, 'b' FROM generate_series(0, 19) g;
"""


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SHOP)


def test_plan(shop: Database) -> None:
    plan = planned(shop, "CREATE INDEX ON t (a DESC, lower(b)) WHERE a > 1;")
    assert outline(plan) == [
        "build expand concurrent SHARE UPDATE EXCLUSIVE",
        "drop rollback concurrent SHARE UPDATE EXCLUSIVE",
    ]
    assert plan.steps[0].statements == (
        "CREATE INDEX CONCURRENTLY t_a_lower_idx ON public.t USING btree (a DESC, lower(b)) WHERE (a > 1)",
    )
    assert only(plan).strategy == "concurrently"


@pytest.mark.majors("all")
def test_life(make_database: Callable[..., Database], tmp_path: Path) -> None:
    statement = (
        'CREATE UNIQUE INDEX "i é" ON t USING btree ("Né é" COLLATE "C" text_pattern_ops DESC NULLS LAST, lower(b), id)'
        " INCLUDE (a) WITH (fillfactor = 70) WHERE a <> 3;"
    )
    native = make_database(SHOP)
    native.run(statement)
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(statement)
    assert project.expand() == "expanded"
    assert dump(database) == dump(native)
    assert project.rollback() == "rolled back"
    assert dump(database) == before
    assert project.expand() == "expanded"
    assert project.contract() == "done"
    assert dump(database) == dump(native)
    assert leftovers(database) == []


@pytest.mark.majors("all")
@pytest.mark.parametrize("own", ["", "CREATE INDEX mien ON p1 (a DESC, b); CREATE INDEX sien ON p2 (a, b);"])
def test_life_of_a_partitioned_table(make_database: Callable[..., Database], tmp_path: Path, own: str) -> None:
    statement = "CREATE INDEX ON p (a, b);"
    native = make_database(SHOP)
    native.run(own + statement)
    database = make_database(SHOP)
    database.run(own)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(statement)
    assert project.expand() == "expanded"
    assert project.rollback() == "rolled back"
    assert dump(database) == before
    assert project.expand() == "expanded"
    assert project.contract() == "done"
    assert dump(database) == dump(native)
    assert database.all("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []


def test_twin() -> None:
    made = op.CreateIndex(table="t", columns=("a DESC", "lower(b)"), unique=True, where="a > 1", include=("id",))
    assert made.to_sql() == "CREATE UNIQUE INDEX ON t (a DESC, lower(b)) INCLUDE (id) WHERE a > 1;\n"
