"""SET DEFAULT: at once; on a column that is between two names with contract, and before it by the version mark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import (
    COPY,
    DEFAULT,
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
from tests.support.lifecycle import leftovers

SET = "ALTER TABLE t ALTER COLUMN a SET DEFAULT 'n';\n"
RENAMED = SET.replace(" a ", " d ")
SHORT = "INSERT INTO t (id, b) VALUES (%(n)s, 1)"
CASES = (
    Change(
        name="plain",
        setup=PLAIN + DEFAULT,
        migration=SET,
        old=(*WORK, SHORT),
        new=(*WORK, SHORT),
        always="SELECT * FROM t WHERE a IS NULL",
    ),
    Change(
        name="renamed",
        setup=PLAIN + DEFAULT,
        migration=COPY + RENAMED,
        old=(*WORK, SHORT),
        new=(SHORT, "INSERT INTO t (id, d) VALUES (%(n)s, 'n')", "SELECT id, d FROM t WHERE id = %(k)s"),
    ),
    Change(
        name="volatile", setup=PLAIN + DEFAULT, migration=SET.replace("'n'", "lower('X') || random()"), differs=False
    ),
    Change(
        name="twice_and_dropped",
        setup=PLAIN + DEFAULT,
        migration=SET + SET.replace("'n'", "'m'") + "ALTER TABLE t ALTER COLUMN a DROP DEFAULT;",
    ),
    Change(name="null", setup=PLAIN + DEFAULT, migration=SET.replace("'n'", "NULL")),
    Change(
        name="partitions_with_their_own",
        setup=PARTED + "ALTER TABLE t1 ALTER a SET DEFAULT 'à moi';\n",
        migration=SET,
    ),
    Change(
        name="children_with_their_own",
        setup=INHERITED + DEFAULT + "ALTER TABLE u ALTER a SET DEFAULT 'à moi';\nALTER TABLE v ALTER a DROP DEFAULT;\n",
        migration=SET,
    ),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE {HOSTILE} ALTER COLUMN {HOSTILE_COLUMN} SET DEFAULT 'it''s';",
    ),
    Change(name="renamed_with_up", setup=PLAIN + DEFAULT, migration=UP + RENAMED),
    Change(name="renamed_before", setup=PLAIN + DEFAULT, migration=RENAMED, earlier=(COPY,)),
    Change(name="renamed_before_with_up", setup=PLAIN + DEFAULT, migration=RENAMED, earlier=(UP,)),
    Change(name="and_then_renamed_with_up", setup=PLAIN + DEFAULT, migration=SET + UP),
    Change(name="an_ordinary_owner", setup=OWNED.format(setup=PLAIN), migration=SET, runner=OWNER),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), SET)
    assert outline(plan) == ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert "get the new DEFAULT from expand on" in only(plan).hazards[0]


@pytest.mark.majors(14, 18)
def test_plan_between_two_names(make_database: Callable[..., Database]) -> None:
    steps = [line for line in outline(planned(make_database(PLAIN), COPY + RENAMED)) if line[:4] in ("mark", "set ")]
    assert steps == ["mark expand instant -", "set contract cutover ACCESS EXCLUSIVE"]


@pytest.mark.parametrize("rename", [COPY, UP], ids=["copy", "up"])
@pytest.mark.majors("all")
def test_the_version_mark_chooses_between_two_defaults(
    make_database: Callable[..., Database], rename: str, tmp_path: Path
) -> None:
    change = Change(name="mark", setup=PLAIN + DEFAULT, migration=rename + RENAMED)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    with life.database.connect() as old, life.database.connect() as new:
        new.execute("SET pgwright.version = '0001'")
        old.execute("INSERT INTO t (id) VALUES (1001)")
        new.execute("INSERT INTO t (id) VALUES (1002)")
        new.execute("INSERT INTO t (id, d) VALUES (1003, 'donné')")
    assert life.database.all("SELECT a, d FROM t WHERE id > 1000 ORDER BY id") == [
        ("q", "q"),
        ("n", "n"),
        ("donné", "donné"),
    ]
    life.contract(finalize=True)
    life.database.run("INSERT INTO t (id) VALUES (1004)")
    assert life.database.one("SELECT d FROM t WHERE id = 1004") == "n"


@pytest.mark.majors("all")
def test_a_default_of_a_renamed_column_comes_back_in_the_grace_period(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """Of an earlier rename with up, whose old column holds the DEFAULT when the plan is made."""
    change = Change(name="back", setup=PLAIN + DEFAULT, migration=RENAMED, earlier=(UP,))
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.contract(grace=3600.0)
    life.rollback()
    life.database.run("INSERT INTO t (id) VALUES (1001)")
    assert life.database.one("SELECT d FROM t WHERE id = 1001") == "q"


@pytest.mark.parametrize(
    ("column", "default", "said"),
    [
        ("a", "b", "It may read no column"),
        ("b", "'x'", "invalid input syntax for type integer"),
        ("b", "(SELECT 1)", "a DEFAULT cannot have a subquery"),
        ("i", "1", "is an identity column"),
        ("g", "1", "is a generated column"),
        ("z", "1", "does not exist at this place"),
    ],
)
def test_what_does_not_fit_is_named(
    make_database: Callable[..., Database], column: str, default: str, said: str
) -> None:
    more = "ALTER TABLE t ADD i int GENERATED ALWAYS AS IDENTITY, ADD g int GENERATED ALWAYS AS (b) STORED;"
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN + more), f"ALTER TABLE t ALTER COLUMN {column} SET DEFAULT {default};")


def test_twin() -> None:
    made = op.SetDefault(table="t", column="a", expression="'n'")
    assert made.to_sql() == SET.replace("\n", "") + "\n"


def test_a_column_that_another_takes_over_from_is_not_changed_behind_it(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """Neither by contract of an older migration that comes too late, nor by its rollback."""
    older = SET + "ALTER TABLE t ALTER COLUMN a DROP DEFAULT;\n"
    life = Changing(
        change=Change(name="taken", setup=PLAIN + DEFAULT, migration=UP, earlier=(older,)),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    life.expand()
    with pytest.raises(Refused, match='"0001_change" is older, open, and still changes a column that leaves'):
        life.contract(grace=3600.0, names=("0002_change",))
    with pytest.raises(Refused, match='"0002_change" is younger, open, and has another column take over from a'):
        life.rollback("0001_change")
    life.contract(grace=3600.0)
    with pytest.raises(Refused, match='"0002_change" is younger, open, and has another column take over from a'):
        life.rollback("0001_change")
    life.rollback("0002_change")
    life.rollback("0001_change")
    life.database.run("INSERT INTO t (id) VALUES (1001)")
    assert life.database.one("SELECT a FROM t WHERE id = 1001") == "q"


@pytest.mark.majors("all")
def test_a_rollback_after_the_rename_before_it_is_contracted(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """The steps were planned with the name that the column had until then."""
    text = "ALTER TABLE t ALTER COLUMN d SET NOT NULL, ALTER COLUMN b SET DEFAULT 5;\n"
    life = Changing(
        change=Change(name="late", setup=PLAIN, migration=text, earlier=(COPY,)),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    life.expand()
    life.contract(finalize=True, names=("0001_change",))
    life.rollback()
    assert life.state == "rolled back"
    life.database.run("INSERT INTO t (id, d) VALUES (1001, NULL)")
    assert leftovers(life.database) == []
