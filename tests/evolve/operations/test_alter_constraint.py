"""ALTER CONSTRAINT: looser with expand, tighter with contract; ENFORCED without a scan under a strong lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import INHERITED, PLAIN
from tests.support.databases import Database

REFERS = PLAIN + 'CREATE TABLE e (x bigint CONSTRAINT "l\'une" REFERENCES t);\nINSERT INTO e SELECT id FROM t;\n'
PARTS = (
    PLAIN
    + 'CREATE TABLE e (x bigint CONSTRAINT "l\'une" REFERENCES t) PARTITION BY HASH (x);\n'
    + "CREATE TABLE e1 PARTITION OF e FOR VALUES WITH (MODULUS 1, REMAINDER 0);\nINSERT INTO e SELECT id FROM t;\n"
)
ALTER = 'ALTER TABLE e ALTER CONSTRAINT "l\'une" '
LATE = ALTER + "DEFERRABLE INITIALLY DEFERRED;\n"
NOT = ALTER + "NOT ENFORCED;\n"
ENFORCED = ALTER + "ENFORCED;\n"
WORK = ("INSERT INTO e VALUES (%(k)s)", "UPDATE e SET x = %(k)s WHERE x = 3", "SELECT * FROM t WHERE id = %(k)s")
CASES = (
    Change(name="deferred", setup=REFERS, migration=LATE, old=WORK, new=WORK),
    Change(name="of_partitions", setup=PARTS, migration=ALTER + "DEFERRABLE;", old=WORK, new=WORK),
    Change(name="not_deferrable", setup=REFERS + LATE, migration=ALTER + "NOT DEFERRABLE;"),
    Change(name="immediate", setup=REFERS + LATE, migration=ALTER + "DEFERRABLE INITIALLY IMMEDIATE;"),
)
SAID = "COMMENT ON CONSTRAINT \"l'une\" ON e IS 'dit';"
COLUMN = "ALTER TABLE t ADD CONSTRAINT k NOT NULL a{}; "
OF_18 = (
    Change(name="enforced", setup=REFERS + NOT + SAID, migration=ENFORCED, old=WORK, new=WORK),
    Change(name="not_enforced", setup=REFERS + LATE + SAID, migration=NOT, old=WORK, new=WORK),
    Change(
        name="no_inherit", setup=PLAIN + COLUMN.format(""), migration="ALTER TABLE t ALTER CONSTRAINT k NO INHERIT;"
    ),
    Change(
        name="inherit",
        setup=PLAIN + COLUMN.format(" NO INHERIT") + "CREATE TABLE u (CONSTRAINT k NOT NULL a) INHERITS (t);",
        migration="ALTER TABLE t ALTER CONSTRAINT k INHERIT;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(18)
@pytest.mark.parametrize("case", OF_18, ids=[case.name for case in OF_18])
def test_life_on_18(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTS), LATE)
    assert outline(plan) == ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert [str(lock.relation) for lock in plan.steps[0].locks] == ["public.e", "public.e1"]
    assert "fails at COMMIT" in only(plan).hazards[0]
    late = planned(make_database(REFERS + LATE), ALTER + "NOT DEFERRABLE;")
    assert outline(late)[0] == "set contract cutover ACCESS EXCLUSIVE"
    assert late.steps[0].undo == ('ALTER TABLE public.e ALTER CONSTRAINT "l\'une" DEFERRABLE INITIALLY DEFERRED',)


def test_plan_of_enforced(make_database: Callable[..., Database]) -> None:
    """The other table's lock is shown, and nothing is read under a strong one."""
    plan = planned(make_database(REFERS + NOT), ENFORCED)
    assert outline(plan) == [
        "look look verify ACCESS SHARE",
        "add expand instant SHARE ROW EXCLUSIVE",
        "valid expand online SHARE UPDATE EXCLUSIVE",
        "swap expand instant ACCESS EXCLUSIVE",
        "left rollback cutover ACCESS EXCLUSIVE",
        "loosen rollback cutover ACCESS EXCLUSIVE",
    ]
    assert plan.steps[1].statements[0].endswith(" NOT VALID")
    for step in plan.steps:
        assert {str(lock.relation) for lock in step.locks} == {"public.t", "public.e"}
        assert not step.scans or max(lock.mode for lock in step.locks).sql in ("ACCESS SHARE", "SHARE UPDATE EXCLUSIVE")


def test_orphans_are_counted_before_anything_starts(make_database: Callable[..., Database], tmp_path: Path) -> None:
    setup = REFERS + NOT + "INSERT INTO e VALUES (-1), (-2);"
    life = Changing(change=Change(name="x", setup=setup, migration=ENFORCED), database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Refused, match=r"2 rows of public\.e against l'une"):
        life.expand()
    assert life.state == "rolled back"


def test_orphans_stop_a_rollback(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(change=Change(name="x", setup=REFERS, migration=NOT), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("INSERT INTO e VALUES (-1)")
    with pytest.raises(Refused, match=r"1 row of public\.e against l'une"):
        life.rollback()
    assert life.state == "expanded"
    life.database.run("DELETE FROM e WHERE x = -1")
    life.rollback()
    assert life.database.one("SELECT convalidated FROM pg_constraint WHERE conname = 'l''une'") is True


def test_children_that_would_be_read(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match=r"public\.u, public\.v would be read under ACCESS EXCLUSIVE") as caught:
        planned(make_database(INHERITED + COLUMN.format(" NO INHERIT")), "ALTER TABLE t ALTER CONSTRAINT k INHERIT;")
    assert "ALTER TABLE public.u ALTER a SET NOT NULL;" in caught.value.hint


def test_parts_on_partitions(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="has parts on partitions"):
        planned(make_database(PARTS), NOT)


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        (
            REFERS,
            "ALTER TABLE e ALTER CONSTRAINT perdu DEFERRABLE;",
            'constraint "perdu" of relation "public.e" does not',
        ),
        (PLAIN, "ALTER TABLE t ALTER CONSTRAINT t_pkey DEFERRABLE;", "is not a foreign key but primary key"),
        (PARTS, 'ALTER TABLE e1 ALTER CONSTRAINT "l\'une" DEFERRABLE;', "is derived from that of its parent"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), text)


@pytest.mark.majors(14)
def test_what_needs_18(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="PostgreSQL 14 cannot read this"):
        planned(make_database(REFERS), NOT)


def test_where_there_is_nothing_to_do(make_database: Callable[..., Database]) -> None:
    database = make_database(REFERS)
    for change in ("NOT DEFERRABLE", "ENFORCED"):
        assert only(planned(database, f"{ALTER}{change};")).strategy == "nothing to do"


def test_one_that_the_plan_adds(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="k is added by this plan"):
        planned(
            make_database(REFERS),
            "ALTER TABLE e ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES t, ALTER CONSTRAINT k DEFERRABLE;",
        )


def test_twin() -> None:
    made = op.AlterConstraint(table="e", name="l'une", change="DEFERRABLE INITIALLY DEFERRED")
    assert made.to_sql() == LATE
