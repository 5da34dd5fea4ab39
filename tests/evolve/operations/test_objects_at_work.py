"""Objects that are no tables, in other circumstances: an ordinary owner, a killed runner, many in one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import Refused
from tests.evolve.operations.planning import only, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import OWNER
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.lifecycle import dump
from tests.support.project import Project
from tests.support.shapes_bound import role
from tests.support.things import COUNTS, PARTED, ROLES, WORK, T

ON = "BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION"
THEIRS = (
    role(OWNER)
    + ROLES
    + T
    + COUNTS
    + f"CREATE TRIGGER tr {ON} compte(); CREATE VIEW v AS SELECT id FROM t; CREATE POLICY p ON t USING (true);"
    + "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x'; CREATE TYPE humeur AS ENUM ('a');"
    + "ALTER TABLE t OWNER TO pgw_owner; ALTER VIEW v OWNER TO pgw_owner; ALTER FUNCTION f(int) OWNER TO pgw_owner;"
    + "ALTER TYPE humeur OWNER TO pgw_owner;\n"
)
MANY = (
    "CREATE OR REPLACE VIEW v AS SELECT id, a FROM t; CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS "
    "'SELECT x + 1'; DROP TRIGGER tr ON t; DROP POLICY p ON t; ALTER TYPE humeur RENAME TO disposition;"
    f"CREATE TRIGGER neuf {ON} autre(); GRANT SELECT ON t, v TO pgw_reader; CREATE SEQUENCE sq;"
)


@pytest.mark.majors("every")
def test_an_ordinary_owner(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(
        name="owner", setup=THEIRS, migration=MANY, old=(*WORK, "SELECT f(1) FROM v"), new=WORK, runner=OWNER
    )
    database = make_database()
    life = Changing(change=change, database=database, folder=tmp_path)
    life.run()
    other = make_database()
    other.run(change.setup)
    other.run(f"GRANT CREATE ON SCHEMA public TO {OWNER}; GRANT CREATE ON DATABASE {other.name} TO {OWNER};")
    other.run(f"SET ROLE {OWNER}; {MANY} RESET ROLE;")
    assert dump(database) == dump(other)


KEPT = T + COUNTS + f"CREATE TRIGGER tr {ON} compte();\n"
ANEW = f"DROP TRIGGER tr ON t; CREATE TRIGGER tr {ON} autre();"
GONE = "DROP TRIGGER tr ON t;"


@pytest.mark.parametrize(
    ("text", "verb", "step"),
    [
        (ANEW, "expand", "2.run"),
        (ANEW, "rollback", "2.run_back"),
        (GONE, "contract", "1.drop"),
    ],
)
@pytest.mark.parametrize("place", ["gate", "inside"])
def test_killed(
    make_database: Callable[..., Database], text: str, verb: str, step: str, place: str, tmp_path: Path
) -> None:
    database = make_database(KEPT)
    project = Project.of(database, tmp_path)
    project.write(text)
    if verb != "expand":
        project.expand()
    with started(database, tmp_path, verb, f".{step}", place) as runner:
        runner.stands(inside=place == "inside")
        runner.kill()
    if place == "inside":
        database.run("DROP EVENT TRIGGER retient; DROP FUNCTION retient(); DROP TABLE retenue")
    if verb == "expand":
        project.expand()
        assert dump(database) == dump(make_database(KEPT + text))
    if verb == "contract":
        assert project.contract() == "done"
        assert dump(database) == dump(make_database(KEPT + text))
        return
    assert project.rollback() == "rolled back"
    assert dump(database) == dump(make_database(KEPT))


@pytest.mark.majors(14, 18)
def test_a_trigger_keeps_its_state_on_each_partition(make_database: Callable[..., Database], tmp_path: Path) -> None:
    states = "SELECT tgrelid::regclass::text, tgenabled::text FROM pg_trigger WHERE tgname = 'tr' ORDER BY 1"
    setup = PARTED + COUNTS + f"CREATE TRIGGER tr {ON} compte(); ALTER TABLE ONLY t2 DISABLE TRIGGER tr;\n"
    life = Changing(
        change=Change(name="states", setup=setup, migration=GONE), database=make_database(), folder=tmp_path
    )
    life.prepare()
    before = life.database.all(states)
    assert ("t2", "D") in before
    life.expand()
    life.contract(grace=3600.0)
    assert life.database.all(states) == []
    life.rollback()
    assert life.database.all(states) == before


def test_a_statement_that_needs_an_earlier_one(make_database: Callable[..., Database]) -> None:
    """It is tried behind those that it names, and not refused for what an earlier one makes."""
    text = (
        "CREATE TYPE humeur AS ENUM ('a');\nCREATE FUNCTION f(h humeur) RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
        "CREATE VIEW v AS SELECT f('a') AS un;\nALTER TABLE t ADD COLUMN z int;\nCREATE VIEW w AS SELECT z FROM t;\n"
    )
    assert len(planned(make_database(T), text).migrations[0].operations) == 5


def test_what_is_not_known_to_be_harmless(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="nobody knows what it locks"):
        planned(make_database(T), "CREATE SCHEMA s CREATE TABLE u (x int);")
    text = "-- pgwright: allow = raw_sql\nCREATE SCHEMA s CREATE TABLE u (x int);"
    assert "allowed although" in only(planned(make_database(T), text)).hazards[1]


@pytest.mark.majors("every")
def test_dropped_together(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """What hangs on another of the file goes before it, and comes back behind it."""
    setup = (
        T + "CREATE TYPE humeur AS ENUM ('a'); CREATE FUNCTION g(h humeur) RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
    )
    text = "DROP FUNCTION g(humeur); DROP TYPE humeur;"
    lives(Change(name="together", setup=setup, migration=text, old=WORK, new=WORK), make_database, tmp_path)


@pytest.mark.majors("every")
def test_one_object_changed_again_and_again(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """The way back makes the view anew, and what an older statement changed is found again all the same."""
    setup = ROLES + T + "CREATE VIEW v AS SELECT id FROM t; COMMENT ON VIEW v IS 'avant';\n"
    text = (
        "COMMENT ON VIEW v IS 'un'; ALTER VIEW v SET (security_barrier = false);"
        "GRANT SELECT ON v TO pgw_reader; CREATE OR REPLACE VIEW v AS SELECT id, a FROM t;"
        "CREATE OR REPLACE VIEW v AS SELECT id, a, b FROM t; ALTER VIEW v SET (security_barrier = true);"
    )
    lives(Change(name="again", setup=setup, migration=text, old=WORK, new=WORK), make_database, tmp_path)
