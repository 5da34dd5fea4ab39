"""Views: new, replaced in place, and made anew beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, ROLES, WORK, T

V = (
    ROLES + "GRANT ALL ON t TO pgw_writer; CREATE VIEW v WITH (security_barrier=true) AS SELECT id, a FROM t;"
    " COMMENT ON VIEW v IS 'avant';\n"
    + "COMMENT ON COLUMN v.a IS 'le a'; GRANT SELECT ON v TO pgw_reader; GRANT UPDATE (a) ON v TO pgw_writer;\n"
    + "ALTER VIEW v ALTER COLUMN a SET DEFAULT 5; ALTER VIEW v OWNER TO pgw_writer;\n"
    + "CREATE FUNCTION rien() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n"
    + "CREATE TRIGGER tr INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION rien();\n"
)
READ = (*WORK, "SELECT id, a FROM v WHERE id = %(k)s")
WIDER = "CREATE OR REPLACE VIEW v AS SELECT id, a, b FROM t WHERE a > 0;"
OTHER = "DROP VIEW v; CREATE VIEW v AS SELECT id, b AS a FROM t;"
KEPT = (
    "ALTER VIEW v OWNER TO pgw_writer; GRANT SELECT ON v TO pgw_reader; GRANT UPDATE (a) ON v TO pgw_writer;"
    "COMMENT ON VIEW v IS 'avant'; COMMENT ON COLUMN v.a IS 'le a';"
    "CREATE TRIGGER tr INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION rien();"
)
CASES = (
    Change(name="new", setup=T, migration=f"CREATE VIEW {HOSTILE} AS SELECT * FROM t;", old=WORK, new=WORK),
    Change(name="wider", setup=T + V, migration=WIDER, old=READ, new=(*READ, "SELECT b FROM v")),
    Change(
        name="same_columns",
        setup=T + V,
        old=READ,
        new=READ,
        migration="CREATE OR REPLACE VIEW v AS SELECT id, a FROM t WHERE a > 1 WITH LOCAL CHECK OPTION;",
    ),
    Change(name="anew", setup=T + V, migration=OTHER, native=OTHER + KEPT, old=READ, new=READ),
    Change(
        name="two", setup=T, migration="CREATE VIEW v AS SELECT * FROM t; CREATE VIEW w AS SELECT * FROM v;", old=WORK
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    database = make_database(T + V)
    assert outline(planned(database, WIDER)) == [
        "run expand instant ACCESS EXCLUSIVE",
        "run_back rollback cutover ACCESS EXCLUSIVE",
    ]
    assert [line.partition(" ")[0] for line in outline(planned(database, OTHER))] == [
        "beside",
        "exchange",
        "retire",
        "beside_back",
        "exchange_back",
    ]


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CREATE OR REPLACE VIEW v AS SELECT id FROM t;", "cannot drop columns from view"),
        ("CREATE OR REPLACE VIEW v AS SELECT id, b FROM t;", "cannot change name of view column"),
        ("CREATE VIEW v AS SELECT 1;", "already exists"),
        ("CREATE OR REPLACE VIEW t AS SELECT 1;", "is not a view"),
        ("CREATE VIEW w AS SELECT perdu FROM t;", 'column "perdu" does not exist'),
    ],
)
def test_what_postgresql_refuses(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(T + V), text)


def test_what_hangs_on_one_that_is_made_anew(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="something hangs on it") as caught:
        planned(make_database(T + V + "CREATE VIEW w AS SELECT * FROM v;"), OTHER)
    assert caught.value.reasons == ("view w",)


def test_one_that_reads_another_that_is_made_anew(make_database: Callable[..., Database]) -> None:
    text = f"DROP VIEW w; {OTHER} CREATE VIEW w AS SELECT a FROM v;"
    with pytest.raises(Refused, match="is made anew in the same file"):
        planned(make_database(T + V + "CREATE VIEW w AS SELECT * FROM v;"), text)


@pytest.mark.parametrize("query", ["SELECT k FROM t", "SELECT * FROM t", "SELECT l FROM t"])
def test_columns_in_flight(make_database: Callable[..., Database], query: str) -> None:
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    with pytest.raises(Refused, match="between two names"):
        planned(make_database(T), rename + f"CREATE VIEW v AS {query};")


@pytest.mark.majors(14, 18)
def test_a_wider_view_that_is_used_cannot_go_back(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(change=Change(name="used", setup=T + V, migration=WIDER), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("CREATE VIEW w AS SELECT b FROM v; GRANT DELETE ON v TO pgw_reader")
    with pytest.raises(Refused, match="something hangs on it"):
        life.rollback()
    life.database.run("DROP VIEW w")
    life.rollback()
    assert life.state == "rolled back"
    assert life.database.one("SELECT has_table_privilege('pgw_reader', 'v', 'DELETE')")


@pytest.mark.majors(14, 18)
def test_rights_that_are_given_by_default_do_not_come_with_one_that_is_made_anew(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """A view that got columns is made anew on the way back, and has the rights that it had, and no more."""
    setup = T + V + "ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO pgw_reader;"
    life = Changing(
        change=Change(name="rights", setup=setup, migration=WIDER), database=make_database(), folder=tmp_path
    )
    life.prepare()
    before = life.schema()
    life.expand()
    life.rollback()
    assert life.schema() == before
