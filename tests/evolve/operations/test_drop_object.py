"""What is no table, dropped: put aside, or kept as it was defined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, WORK, T

TYPES = (
    "CREATE TYPE humeur AS ENUM ('a', 'b'); COMMENT ON TYPE humeur IS 'avant';"
    " CREATE DOMAIN d AS int CHECK (VALUE > 0);\n"
)
F = (
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';"
    " CREATE AGGREGATE ag (int) (SFUNC = int4pl, STYPE = int);\n"
)
ACTS = (
    "CREATE STATISTICS st (dependencies) ON a, b FROM t; ALTER STATISTICS st SET STATISTICS 50;"
    " COMMENT ON STATISTICS st IS 'avant';\n"
    "CREATE CAST (humeur AS text) WITH INOUT AS ASSIGNMENT;\n"
    "CREATE FUNCTION ecoute() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';\n"
    "CREATE EVENT TRIGGER et ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION "
    "ecoute(); ALTER EVENT TRIGGER et DISABLE;\n"
    "CREATE EXTENSION citext;\n"
)
OTHERS = (
    f'CREATE SEQUENCE {HOSTILE}; CREATE SCHEMA s; CREATE PUBLICATION pub FOR TABLE t; CREATE COLLATION coll FROM "C";\n'
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w;"
    " CREATE TEXT SEARCH CONFIGURATION ts (COPY = simple);\n"
)
CASES = (
    Change(name="types", setup=T + TYPES, migration="DROP TYPE humeur; DROP DOMAIN d;", old=WORK, new=WORK),
    Change(
        name="routines",
        setup=T + F,
        migration="DROP FUNCTION f; DROP AGGREGATE ag (int);",
        old=(*WORK, "SELECT f(1)"),
        new=WORK,
    ),
    Change(
        name="acting",
        setup=T + TYPES + ACTS,
        old=WORK,
        new=WORK,
        migration="DROP STATISTICS st; DROP CAST (humeur AS text); DROP EVENT TRIGGER et; DROP EXTENSION citext;",
    ),
    Change(
        name="others",
        setup=T + OTHERS,
        old=WORK,
        new=WORK,
        migration=f"DROP SEQUENCE {HOSTILE}; DROP SCHEMA s; DROP PUBLICATION pub; DROP COLLATION coll; DROP SERVER srv;"
        "DROP FOREIGN DATA WRAPPER w; DROP TEXT SEARCH CONFIGURATION ts;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T + F), "DROP FUNCTION f(int);")
    assert outline(plan) == [
        "look look verify -",
        "drop contract cutover -",
        "retire retire cutover -",
        "drop_back restore cutover -",
    ]
    assert "42883" in only(plan).hazards[0]


def test_what_hangs_on_it_is_named(make_database: Callable[..., Database]) -> None:
    used = "ALTER TABLE t ADD COLUMN h humeur; CREATE FUNCTION g(h humeur) RETURNS int LANGUAGE sql AS 'SELECT 1';"
    database = make_database(T + TYPES + used)
    with pytest.raises(Refused, match="something hangs on it") as caught:
        planned(database, "DROP TYPE humeur;")
    assert caught.value.reasons == ("column h of table t", "function g(humeur)")
    with pytest.raises(Refused, match="CASCADE drops what nobody has named"):
        planned(database, "DROP TYPE humeur CASCADE;")


@pytest.mark.majors(14, 18)
def test_what_came_since_the_plan_is_named_before_contract(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    life = Changing(
        change=Change(name="since", setup=T + TYPES, migration="DROP TYPE humeur;"),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    life.expand()
    life.database.run("ALTER TABLE t ADD COLUMN h humeur")
    with pytest.raises(Refused, match="something hangs on it"):
        life.contract()
    assert life.state == "expanded"
    life.database.run("ALTER TABLE t DROP COLUMN h")
    life.contract(grace=3600.0)
    life.database.run("CREATE TYPE humeur AS ENUM ('c')")
    with pytest.raises(Refused, match="already exists"):
        life.rollback()
    life.database.run("DROP TYPE humeur")
    life.rollback()
    assert life.database.one("SELECT 'a'::humeur::text") == "a"


def test_what_is_not_there(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="function f\\(int\\) does not exist"):
        planned(make_database(T), "DROP FUNCTION f(int);")
    assert only(planned(make_database(T), "DROP TYPE IF EXISTS perdu;")).strategy == "nothing to do"


def test_an_operator_has_no_way_back_and_the_plan_says_so(make_database: Callable[..., Database]) -> None:
    database = make_database(T + "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);")
    assert "nothing brings it back" in only(planned(database, "DROP OPERATOR === (int, int);")).hazards[0]


def test_twin() -> None:
    assert op.DropObject(sql="DROP TYPE a", allow="destructive").to_sql().startswith("-- pgwright: allow")
