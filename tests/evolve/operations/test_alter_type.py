"""Attributes of a composite type: added, renamed, dropped with consent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

C = (
    "CREATE TYPE paire AS (x int, y int); CREATE TABLE u (id int PRIMARY KEY, p paire);"
    " INSERT INTO u VALUES (1, '(1,2)');\n"
)
READ = (*WORK, "SELECT (p).y FROM u")
CASES = (
    Change(
        name="added",
        setup=T + C,
        migration="ALTER TYPE paire ADD ATTRIBUTE z text;",
        old=READ,
        new=(*READ, "SELECT (p).z FROM u"),
    ),
    Change(name="renamed", setup=T + C, migration="ALTER TYPE paire RENAME ATTRIBUTE y TO w;", old=READ, new=WORK),
    Change(
        name="dropped",
        setup=T + C,
        migration="-- pgwright: allow = destructive\nALTER TYPE paire DROP ATTRIBUTE y;",
        old=READ,
        new=WORK,
        returns=False,
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(T + C)
    assert outline(planned(database, "ALTER TYPE paire ADD ATTRIBUTE z int;")) == [
        "add expand instant -",
        "back rollback cutover -",
    ]
    assert "42846" in only(planned(database, "ALTER TYPE paire ADD ATTRIBUTE z int;")).hazards[0]
    for text, said in (
        ("ALTER TYPE paire DROP ATTRIBUTE y;", "gone for ever"),
        ("ALTER TYPE paire DROP ATTRIBUTE y CASCADE;", "CASCADE drops"),
        ("ALTER TYPE paire ADD ATTRIBUTE x int;", "already exists"),
        ("ALTER TYPE paire ALTER ATTRIBUTE x TYPE bigint;", "cannot alter type|rewrites every table"),
    ):
        with pytest.raises((MigrationFileError, Refused), match=said):
            planned(database, text)


def test_cascade_is_refused_where_a_table_is_made_of_the_type(make_database: Callable[..., Database]) -> None:
    """Each such table is named; where there is none, CASCADE says nothing."""
    for text in ("ALTER TYPE paire ADD ATTRIBUTE z int CASCADE;", "ALTER TYPE paire RENAME ATTRIBUTE y TO w CASCADE;"):
        assert planned(make_database(T + C), text).steps
        with pytest.raises(Refused, match=r"public\.ot would change with paire"):
            planned(make_database(T + C + "CREATE TABLE ot OF paire;"), text)
