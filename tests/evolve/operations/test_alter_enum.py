"""Values of an enum: added at once and for good, renamed with contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

E = "CREATE TYPE humeur AS ENUM ('a', 'b'); ALTER TABLE t ADD COLUMN h humeur DEFAULT 'a';\n"
OLD = (*WORK, "UPDATE t SET h = 'a' WHERE id = %(k)s", "SELECT id, h::text FROM t WHERE id = %(k)s")
CASES = (
    Change(
        name="renamed", setup=T + E, migration="ALTER TYPE humeur RENAME VALUE 'a' TO 'l''autre';", old=OLD, new=WORK
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_a_value_is_added_and_used_by_the_next_statement(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """In plain SQL that fails in one transaction. A rollback leaves it, and the next expand finds it there."""
    text = "ALTER TYPE humeur ADD VALUE 'c' BEFORE 'b';\nINSERT INTO t (id, h) VALUES (2001, 'c');\n"
    life = Changing(change=Change(name="added", setup=T + E, migration=text), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.rollback()
    life.database.run("DELETE FROM t WHERE id = 2001")
    life.database.run("DELETE FROM t WHERE id = 2001")
    assert any("not undone" in getattr(each, "message", "") for each in life.events)
    life.expand()
    life.contract()
    assert life.database.one("SELECT enum_range(NULL::humeur)::text") == "{a,c,b}"
    assert life.database.one("SELECT h::text FROM t WHERE id = 2001") == "c"


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(T + E)
    assert outline(planned(database, "ALTER TYPE humeur ADD VALUE 'c';")) == ["add expand instant -"]
    assert outline(planned(database, "ALTER TYPE humeur RENAME VALUE 'a' TO 'z';")) == [
        "rename contract cutover -",
        "restore restore cutover -",
    ]
    assert "22P02" in only(planned(database, "ALTER TYPE humeur RENAME VALUE 'a' TO 'z';")).hazards[0]
    for text, said in (
        ("ALTER TYPE humeur RENAME VALUE 'perdue' TO 'z';", "is not an existing enum label"),
        ("ALTER TYPE humeur ADD VALUE 'c' AFTER 'perdue';", "is not an existing enum label"),
        ("ALTER TYPE perdu ADD VALUE 'c';", "does not exist"),
    ):
        with pytest.raises((MigrationFileError, Refused), match=said):
            planned(database, text)


def test_a_value_of_the_same_plan_is_not_there_for_a_default(make_database: Callable[..., Database]) -> None:
    """PostgreSQL knows it only when it is committed; what to do is said."""
    text = "ALTER TYPE humeur ADD VALUE 'c';\nALTER TABLE t ALTER h SET DEFAULT 'c';\n"
    with pytest.raises(MigrationFileError, match="invalid input value for enum") as caught:
        planned(make_database(T + E), text)
    assert "expand that first: pgwright expand" in caught.value.hint
    with pytest.raises(MigrationFileError, match="invalid input value for enum") as caught:
        planned(make_database(T + E), "ALTER TABLE t ALTER h SET DEFAULT 'c';")
    assert "expand" not in caught.value.hint
