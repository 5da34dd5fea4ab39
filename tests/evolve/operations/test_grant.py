"""Rights: what is given comes at once, what is taken waits; each comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import ROLES, WORK, T

MANY = (
    ROLES + "CREATE SCHEMA s; CREATE TABLE s.u (x int); CREATE SEQUENCE s.q;"
    " CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
    + "GRANT SELECT ON t TO pgw_reader WITH GRANT OPTION; GRANT UPDATE (a) ON t TO pgw_reader;\n"
    + "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO pgw_reader;\n"
)
GIVE = (
    "GRANT SELECT, INSERT ON t TO pgw_writer; GRANT ALL ON ALL TABLES IN SCHEMA s TO pgw_writer;"
    " GRANT USAGE ON SCHEMA s TO pgw_writer WITH GRANT OPTION;"
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA s TO pgw_writer; GRANT REFERENCES (k) ON t TO PUBLIC;"
    " GRANT EXECUTE ON FUNCTION f() TO pgw_writer;"
    "ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO pgw_writer;"
    " ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT INSERT ON TABLES TO pgw_writer;"
)
TAKE = (
    "REVOKE GRANT OPTION FOR SELECT ON t FROM pgw_reader; REVOKE UPDATE (a) ON t FROM pgw_reader;"
    " REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;"
    "ALTER DEFAULT PRIVILEGES IN SCHEMA s REVOKE SELECT ON TABLES FROM pgw_reader;"
    " ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
)
CASES = (
    Change(name="given", setup=T + MANY, migration=GIVE, old=WORK, new=WORK),
    Change(name="taken", setup=T + MANY, migration=TAKE, old=WORK, new=WORK),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    database = make_database(T + MANY)
    lock = "ACCESS SHARE" if database.major == 18 else "-"
    plan = planned(database, "GRANT SELECT ON t TO pgw_writer;")
    assert outline(plan) == [f"give expand online {lock}", f"back rollback online {lock}"]
    plan = planned(database, "REVOKE SELECT ON t FROM pgw_reader;")
    assert outline(plan) == [f"take contract online {lock}", f"back restore online {lock}"]
    assert "42501" in only(plan).hazards[0]


def test_rights_that_somebody_changed_since_are_left(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(
        name="since", setup=T + MANY, migration="GRANT SELECT ON t TO pgw_writer; GRANT SELECT ON s.u TO pgw_writer;"
    )
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("GRANT DELETE ON t TO pgw_writer")
    life.rollback()
    assert life.database.one("SELECT has_table_privilege('pgw_writer', 't', 'SELECT')")
    assert not life.database.one("SELECT has_table_privilege('pgw_writer', 's.u', 'SELECT')")
    assert any("changed since" in getattr(each, "message", "") for each in life.events)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("GRANT SELECT ON perdue TO pgw_reader;", "does not exist"),
        ("GRANT SELECT ON t TO pgw_nobody;", "pgw_nobody"),
        ("GRANT SELECT (perdu) ON t TO pgw_reader;", "perdu"),
    ],
)
def test_what_postgresql_refuses(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(T + MANY), text)


def test_refused(make_database: Callable[..., Database]) -> None:
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    with pytest.raises(Refused, match="between two names"):
        planned(make_database(T + MANY), rename + "GRANT SELECT (l) ON t TO pgw_reader;")
    with pytest.raises(Refused, match="CASCADE"):
        planned(make_database(T + MANY), "REVOKE SELECT ON t FROM pgw_reader CASCADE;")
