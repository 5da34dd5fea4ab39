"""REPLICA IDENTITY: an instant step; a published table is never left without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import PARTED, PLAIN, WORK
from tests.support.databases import Database

FULL = "ALTER TABLE t REPLICA IDENTITY FULL;\n"
INDEX = 'CREATE UNIQUE INDEX "l\'""index" ON t (c, id);'
PUBLISHED = "CREATE PUBLICATION pub FOR TABLE t;"
USING = 'ALTER TABLE t REPLICA IDENTITY USING INDEX "l\'""index";\n'
CASES = (
    Change(name="plain", setup=PLAIN, migration=FULL, old=WORK, new=WORK),
    Change(name="by_an_index", setup=PLAIN + INDEX, migration=USING),
    Change(name="from_an_index", setup=PLAIN + INDEX + USING, migration=FULL.replace("FULL", "NOTHING")),
    Change(name="a_partitioned_table_alone", setup=PARTED, migration=FULL),
    Change(name="index_made_before", setup=PLAIN, migration=INDEX + USING),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN + INDEX + USING), FULL)
    assert outline(plan) == ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert plan.steps[0].undo == ('ALTER TABLE public.t REPLICA IDENTITY USING INDEX "l\'""index"',)
    assert "whole old row" in only(plan).hazards[0]


@pytest.mark.parametrize(
    ("setup", "text"),
    [
        (PLAIN + PUBLISHED, "ALTER TABLE t REPLICA IDENTITY NOTHING;"),
        (
            PARTED + "CREATE PUBLICATION pub FOR TABLE t;",
            "ALTER TABLE t1 REPLICA IDENTITY NOTHING;",
        ),
        ("CREATE TABLE t (a int);" + FULL + PUBLISHED, "ALTER TABLE t REPLICA IDENTITY DEFAULT;"),
    ],
)
def test_a_published_table_keeps_one(make_database: Callable[..., Database], setup: str, text: str) -> None:
    with pytest.raises(Refused, match="would have no replica identity, and pub publishes it"):
        planned(make_database(setup), text)


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("", 'index "i" for table "public.t" does not exist'),
        ("CREATE INDEX i ON t (c);", "is not unique"),
        ("CREATE UNIQUE INDEX i ON t (a, id);", "is over a, which may be NULL"),
        ("CREATE UNIQUE INDEX i ON t (id) WHERE b > 0;", "is partial"),
        ("CREATE UNIQUE INDEX i ON t (lower(c), id);", "has an expression"),
        ("ALTER TABLE t ADD CONSTRAINT i UNIQUE (id, c) DEFERRABLE;", "is deferrable"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], index: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN + index), "ALTER TABLE t REPLICA IDENTITY USING INDEX i;")


def test_twin() -> None:
    assert op.ReplicaIdentity(table="t", identity="full").to_sql() == FULL
    assert op.ReplicaIdentity(table="t", index="l'\"index").to_sql() == USING
