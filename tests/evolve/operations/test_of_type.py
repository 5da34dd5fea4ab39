"""OF and NOT OF: an instant step; the server is asked on a copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import PLAIN, UP, WORK
from tests.support.databases import Database

TYPE = 'CREATE TYPE "l\'""ensemble" AS (id bigint, a text, b int, c text);\n'
OF = 'ALTER TABLE t OF "l\'""ensemble";\n'
CASES = (
    Change(name="of", setup=PLAIN + TYPE, migration=OF, old=WORK, new=WORK),
    Change(name="not_of", setup=PLAIN + TYPE + OF, migration="ALTER TABLE t NOT OF;"),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN + TYPE), OF)
    assert outline(plan) == ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert plan.steps[0].undo == ("ALTER TABLE public.t NOT OF",)
    assert only(plan).hazards == ()


@pytest.mark.parametrize(
    ("more", "text", "said"),
    [
        ("CREATE TYPE e AS (id bigint);", "ALTER TABLE t OF e;", "has extra column|missing"),
        ("", "ALTER TABLE t OF perdu;", 'type "perdu" does not exist'),
        ("", "ALTER TABLE t NOT OF;", "is not a typed table"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], more: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN + more), text)


def test_columns_in_flight(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="in flight"):
        planned(make_database(PLAIN + TYPE), UP + OF)


def test_twin() -> None:
    assert op.OfType(table="t", type_name='"l\'""ensemble"').to_sql() == OF
    assert op.OfType(table="t", type_name=None).to_sql() == "ALTER TABLE t NOT OF;\n"
