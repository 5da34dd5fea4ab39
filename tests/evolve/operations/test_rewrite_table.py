"""What writes a table anew: done where there are no rows, refused with the way out where there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from pgwright.base.event import Notice
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import PARTED, PLAIN
from tests.support.databases import Database

EMPTY = "CREATE TABLE t (id serial PRIMARY KEY, a text);\n"
UNLOGGED = "ALTER TABLE t SET UNLOGGED;\n"
METHOD = "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;"
CASES = (
    Change(name="unlogged", setup=EMPTY, migration=UNLOGGED, old=("SELECT * FROM t",), new=("SELECT * FROM t",)),
    Change(name="logged", setup=EMPTY + UNLOGGED, migration=UNLOGGED.replace("UNLOGGED", "LOGGED")),
    Change(
        name="tablespace_of_a_partitioned_table", setup=PARTED, migration="ALTER TABLE t SET TABLESPACE pg_default;"
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors("every")
def test_life_of_cluster(make_database: Callable[..., Database], tmp_path: Path) -> None:
    lives(Change(name="cluster", setup=EMPTY, migration="CLUSTER t USING t_pkey;"), make_database, tmp_path)


@pytest.mark.majors(15, 18)
def test_life_of_an_access_method(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(name="method", setup=EMPTY + METHOD, migration="ALTER TABLE t SET ACCESS METHOD heap2;")
    lives(change, make_database, tmp_path)


@pytest.mark.majors(18)
def test_life_of_an_access_method_of_a_partitioned_table(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    change = Change(name="method", setup=PARTED + METHOD, migration="ALTER TABLE t SET ACCESS METHOD heap2;")
    lives(change, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(EMPTY), UNLOGGED)
    assert outline(plan) == ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert (plan.steps[0].rewrites, plan.steps[0].scans) == ((), ())
    assert "after a crash of the server" in only(plan).hazards[1]


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    "text",
    [
        UNLOGGED,
        "ALTER TABLE t SET TABLESPACE perdu;",
        "CLUSTER t USING t_pkey;",
        "CLUSTER t;",
        "VACUUM FULL t;",
        "VACUUM (FULL, ANALYZE) t;",
    ],
)
def test_a_table_with_rows(make_database: Callable[..., Database], text: str) -> None:
    database = make_database(PLAIN)
    with pytest.raises(Refused, match="anew under ACCESS EXCLUSIVE") as caught:
        planned(database, text)
    assert caught.value.exit_code == 6
    assert "pgwright docs rewrite_table" in caught.value.hint
    assert ("allow = raw_sql" in caught.value.hint) == (not text.startswith("VACUUM"))


def test_as_typed_where_the_author_says_so(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), "-- pgwright: allow = raw_sql\n" + UNLOGGED)
    assert outline(plan) == ["run expand instant ACCESS EXCLUSIVE"]
    assert [str(each) for each in plan.steps[0].rewrites] == ["public.t"]


@pytest.mark.parametrize(
    ("text", "strategy"),
    [
        ("VACUUM FULL t;", "nothing to do"),
        ("CLUSTER t;", "nothing to do"),
        ("ALTER TABLE t SET LOGGED;", "nothing to do"),
        ("ALTER TABLE t SET ACCESS METHOD heap;", "nothing to do"),
        ("ANALYZE t;", "as typed"),
    ],
)
def test_where_there_is_nothing_to_do(make_database: Callable[..., Database], text: str, strategy: str) -> None:
    assert only(planned(make_database(EMPTY), text)).strategy == strategy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("VACUUM t;", "VACUUM changes no schema"),
        ("VACUUM (FULL false) t;", "VACUUM changes no schema"),
        ("VACUUM FULL;", "rewrites the whole database"),
    ],
)
def test_what_is_no_change_of_a_schema(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        planned(make_database(EMPTY), text)


@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        (EMPTY, "CLUSTER;", "about every table"),
        (EMPTY, "CLUSTER t USING perdu;", 'index "perdu" for table "public.t" does not exist'),
        (PARTED, UNLOGGED, "is partitioned, and cannot be unlogged"),
        (EMPTY, "ALTER TABLE t SET TABLESPACE perdu;", 'tablespace "perdu" does not exist'),
        (EMPTY, "ALTER TABLE t SET ACCESS METHOD perdu;", 'access method "perdu" does not exist'),
        (EMPTY + "CREATE PUBLICATION pub FOR TABLE t;", UNLOGGED, "is published, and cannot be unlogged"),
        (EMPTY + "CREATE TABLE u (x int REFERENCES t);", UNLOGGED, '"public.u" refers to "public.t"'),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), text)


@pytest.mark.majors("all")
def test_rollback_rewrites_no_rows(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """What the new application has stored by then stays, in a table that is left as it is."""
    life = Changing(change=Change(name="x", setup=EMPTY, migration=UNLOGGED), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("INSERT INTO t DEFAULT VALUES")
    node = life.database.one("SELECT pg_relation_filenode('t')")
    life.rollback()
    assert life.state == "rolled back"
    assert life.database.one("SELECT pg_relation_filenode('t')") == node
    said = [event.message for event in life.events if isinstance(event, Notice)]
    assert said == ["t has rows by now, and is left as it is: it would be rewritten"]


def test_twin() -> None:
    assert op.RewriteTable(table="t", change="SET UNLOGGED").to_sql() == UNLOGGED
