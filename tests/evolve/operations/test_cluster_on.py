"""CLUSTER ON and SET WITHOUT CLUSTER: a mark under a weak lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import PARTED, PLAIN, WORK
from tests.support.databases import Database

ODD = 'CREATE INDEX "l\'""index" ON t (b);'
ON = "ALTER TABLE t CLUSTER ON t_pkey;\n"
CASES = (
    Change(name="plain", setup=PLAIN, migration=ON, old=WORK, new=WORK),
    Change(name="another", setup=PLAIN + ODD + ON, migration='ALTER TABLE t CLUSTER ON "l\'""index";'),
    Change(name="without", setup=PLAIN + ON, migration="ALTER TABLE t SET WITHOUT CLUSTER;"),
    Change(name="made_before", setup=PLAIN, migration="CREATE INDEX i ON t (b); ALTER TABLE t CLUSTER ON i;"),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), ON)
    assert outline(plan) == ["set expand online SHARE UPDATE EXCLUSIVE", "back rollback online SHARE UPDATE EXCLUSIVE"]


@pytest.mark.parametrize(
    ("setup", "index", "said"),
    [
        (PLAIN, "perdu", 'index "perdu" for table "public.t" does not exist'),
        (PLAIN + "CREATE INDEX i ON t (b) WHERE b > 1;", "i", "is partial"),
        (PLAIN + "CREATE INDEX i ON t USING hash (b);", "i", "is a hash index"),
        (PARTED, "i", "is partitioned"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, index: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), f"ALTER TABLE t CLUSTER ON {index};")


def test_twin() -> None:
    assert op.ClusterOn(table="t", index="t_pkey").to_sql() == ON
    assert op.ClusterOn(table="t", index=None).to_sql() == "ALTER TABLE t SET WITHOUT CLUSTER;\n"
