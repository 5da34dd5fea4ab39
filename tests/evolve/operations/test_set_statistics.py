"""SET STATISTICS: under a weak lock, on every part; what each part had comes back; columns between two names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from pgwright.base.event import Notice
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import (
    COPY,
    HOSTILE,
    HOSTILE_COLUMN,
    HOSTILE_TABLE,
    INHERITED,
    OWNED,
    OWNER,
    PARTED,
    PLAIN,
    UP,
    WORK,
)
from tests.support.databases import Database

SET = "ALTER TABLE t ALTER COLUMN a SET STATISTICS 500;\n"
RENAMED = SET.replace(" a ", " d ")
CASES = (
    Change(name="plain", setup=PLAIN, migration=SET, old=WORK, new=WORK),
    Change(
        name="from_another_to_the_default",
        setup=PLAIN + "ALTER TABLE t ALTER a SET STATISTICS 7;",
        migration=SET.replace("500", "-1"),
    ),
    Change(name="partitions_with_their_own", setup=PARTED + "ALTER TABLE t1 ALTER a SET STATISTICS 7;", migration=SET),
    Change(
        name="children_with_their_own",
        setup=INHERITED + "ALTER TABLE ONLY u ALTER a SET STATISTICS 7;",
        migration=SET,
    ),
    Change(name="only_the_table", setup=INHERITED, migration=SET.replace("TABLE t", "TABLE ONLY t")),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE {HOSTILE} ALTER {HOSTILE_COLUMN} SET STATISTICS 0;",
    ),
    Change(
        name="beside_others",
        setup=PLAIN,
        migration="ALTER TABLE t ALTER a SET STATISTICS 1, ALTER b SET DEFAULT 2, ALTER b SET STATISTICS 3;",
    ),
    Change(name="renamed", setup=PLAIN, migration=COPY + RENAMED),
    Change(name="renamed_with_up", setup=PLAIN, migration=UP + RENAMED),
    Change(name="renamed_before", setup=PLAIN, migration=RENAMED, earlier=(COPY,)),
    Change(name="added_before", setup=PLAIN, migration="ALTER TABLE t ADD z text;" + SET.replace(" a ", " z ")),
    Change(name="an_ordinary_owner", setup=OWNED.format(setup=PLAIN), migration=SET, runner=OWNER),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTED), SET)
    assert outline(plan) == ["set expand online SHARE UPDATE EXCLUSIVE", "back rollback online SHARE UPDATE EXCLUSIVE"]
    assert [len(step.locks) for step in plan.steps] == [5, 5]
    assert plan.steps[0].undo == ("ALTER TABLE public.t ALTER COLUMN a SET STATISTICS -1",)
    assert "until the table is analyzed" in only(plan).hazards[0]


@pytest.mark.majors("all")
def test_what_somebody_else_has_set_since_is_left(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(change=Change(name="x", setup=PARTED, migration=SET), database=make_database(), folder=tmp_path)
    life.prepare()
    life.database.run("ALTER TABLE t1 ALTER a SET STATISTICS 7")
    life.expand()
    life.database.run("ALTER TABLE t2 ALTER a SET STATISTICS 9")
    life.rollback()
    query = "SELECT attrelid::regclass::text, coalesce(attstattarget, -1) FROM pg_attribute WHERE attname = 'a'"
    found = dict(life.database.all(query + " AND attrelid IN ('t'::regclass, 't1'::regclass, 't2'::regclass)"))
    assert found == {"t": -1, "t1": 7, "t2": 9}
    said = [event.message for event in life.events if isinstance(event, Notice)]
    assert said == ["SET STATISTICS 9: it was set to something else since by somebody else, and is left as it is"]


@pytest.mark.parametrize(
    ("column", "target", "said"),
    [
        ("z", "5", "does not exist at this place"),
        ("ctid", "5", "is a system column"),
        ("a", "20000", "statistics target 20000 is too high"),
        ("a", "-7", "statistics target -7 is too low"),
        ("g", "5", "virtual generated column"),
    ],
)
def test_what_does_not_fit_is_named(
    make_database: Callable[..., Database], column: str, target: str, said: str
) -> None:
    database = make_database(PLAIN + "ALTER TABLE t ADD g int GENERATED ALWAYS AS (b) VIRTUAL;")
    with pytest.raises(MigrationFileError, match=said):
        planned(database, f"ALTER TABLE t ALTER COLUMN {column} SET STATISTICS {target};")


@pytest.mark.majors(14, 18)
def test_the_word_default(make_database: Callable[..., Database]) -> None:
    database = make_database(PLAIN + SET)
    text = SET.replace("500", "DEFAULT")
    with database.connect() as connection:
        old = connection.info.server_version < 170000
    if old:
        with pytest.raises(MigrationFileError, match="PostgreSQL 14 cannot read this"):
            planned(database, text)
    else:
        assert planned(database, text).steps[0].statements[0].endswith("SET STATISTICS -1")


def test_twin() -> None:
    assert op.SetStatistics(table="t", column="a", target=500).to_sql() == SET
