"""Functions: new, replaced in place, and made anew beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, ROLES, WORK, T

F = (
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1'; COMMENT ON FUNCTION f(int) IS 'avant';\n"
    + ROLES
    + "REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC; GRANT EXECUTE ON FUNCTION f(int) TO pgw_reader;\n"
)
CALLS = ("SELECT f(%(k)s::int)", *WORK)
OTHER = "DROP FUNCTION f(int); CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql AS 'SELECT x::bigint';"
CARRIED = "REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC; GRANT EXECUTE ON FUNCTION f(int) TO pgw_reader;"
CASES = (
    Change(
        name="new",
        setup=T,
        migration="CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';",
        old=WORK,
        new=(*WORK, "SELECT f(%(k)s::int)"),
    ),
    Change(
        name="new_procedure",
        setup=T,
        migration=f"CREATE PROCEDURE {HOSTILE}(INOUT x int) LANGUAGE plpgsql AS 'BEGIN END';",
    ),
    Change(
        name="replaced",
        setup=T + F,
        old=CALLS,
        new=CALLS,
        migration="CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN x "
        "+ 2; END';",
    ),
    Change(
        name="got_a_default",
        setup=T + F,
        old=CALLS,
        new=(*CALLS, "SELECT f()"),
        migration="CREATE OR REPLACE FUNCTION f(x int DEFAULT 5) RETURNS int LANGUAGE sql AS 'SELECT x';",
    ),
    Change(
        name="another_type",
        setup=T + F,
        migration=OTHER,
        old=CALLS,
        new=(*WORK, "SELECT f(%(k)s::int)::bigint"),
        native=OTHER + CARRIED + "COMMENT ON FUNCTION f(int) IS 'avant';",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T + F), OTHER)
    assert outline(plan) == [
        "beside expand instant -",
        "exchange contract cutover -",
        "retire retire cutover -",
        "beside_back rollback cutover -",
        "exchange_back restore cutover -",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';", "already exists with same argument types"),
        ("CREATE OR REPLACE FUNCTION f(x int) RETURNS text LANGUAGE sql AS 'SELECT 1';", "cannot change return type"),
        ("CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT perdu FROM t';", 'column "perdu" does not exist'),
    ],
)
def test_what_postgresql_refuses(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(T + F), text)


@pytest.mark.majors(14, 18)
def test_what_somebody_changed_since_is_left(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(
        name="since",
        setup=T + F,
        migration="CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 2';",
    )
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 3'")
    life.rollback()
    assert life.database.one("SELECT f(1)") == 3
    assert any("changed since by somebody else" in getattr(each, "message", "") for each in life.events)


def test_one_that_must_be_made_anew_and_is_used_is_refused(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """The way back would have to drop it."""
    change = Change(
        name="used",
        setup=T + F,
        migration="CREATE OR REPLACE FUNCTION f(x int DEFAULT 5) RETURNS int LANGUAGE sql AS 'SELECT x';",
    )
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("CREATE VIEW v AS SELECT f(id) FROM t")
    with pytest.raises(Refused, match="something hangs on it") as caught:
        life.rollback()
    assert caught.value.reasons == ("view v",)
    life.database.run("DROP VIEW v")
    life.rollback()
    assert life.state == "rolled back"


def test_twin() -> None:
    assert op.CreateFunction(sql="CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'").to_sql().endswith(";\n")


def test_as_typed(make_database: Callable[..., Database]) -> None:
    plan = planned(
        make_database(T), "-- pgwright: allow = raw_sql\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
    )
    assert "rollback does not undo it" in only(plan).hazards[0]
