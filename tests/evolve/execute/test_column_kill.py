"""Changes of columns whose runner dies: in the process before every step, and by SIGKILL inside of each kind of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.changes import Change, Changing
from tests.support.columns import DESTRUCTIVE, GAPS, PARTED, PLAIN, WORK
from tests.support.databases import Database
from tests.support.killable import HOLD, started
from tests.support.killing import die_at, die_everywhere
from tests.support.lifecycle import GRACE, dump
from tests.support.selection import EDGES_IN_CI
from tests.support.writers import NEW, OLD

FILL = "-- pgwright: on_null = 'x'\nALTER TABLE t ALTER COLUMN a SET NOT NULL;\n"
EACH = "ALTER TABLE t ADD COLUMN n uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;\n"
DOWN = "-- pgwright: allow = destructive\n-- pgwright: down = a || b\nALTER TABLE t DROP COLUMN c;\n"
HARD = "ALTER TABLE t ALTER c DROP DEFAULT;\n"
OLD_WORK = ("INSERT INTO t (id, a, b, c) VALUES (%(n)s, 'o', 1, 'o')", *WORK[1:])
NEW_WORK = tuple(each.replace(", c", "") for each in WORK)
ALL = Change(
    name="fill_add_drop",
    setup=PLAIN + GAPS + HARD,
    migration=FILL + EACH + DOWN,
    native=f"UPDATE t SET a = 'x' WHERE a IS NULL;\n{FILL}{EACH}{DOWN}",
    old=OLD_WORK,
    new=NEW_WORK,
    invariant="SELECT * FROM t WHERE a IS NULL",
    allow=DESTRUCTIVE,
)
CASES = (
    ALL,
    Change(
        name="partitions_with_up",
        setup=PARTED + "ALTER TABLE t1 ALTER a SET NOT NULL;\n",
        migration="-- pgwright: up = length(c) + id\nALTER TABLE t ADD COLUMN n bigint NOT NULL CHECK (n > 0);\n"
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL;\n",
        native="ALTER TABLE t ADD COLUMN n bigint CHECK (n > 0);\nUPDATE t SET n = 1;\n"
        "ALTER TABLE t ALTER n SET NOT NULL, ALTER a SET NOT NULL;",
        old=WORK,
        new=("INSERT INTO t (id, a, c, n) VALUES (%(n)s, 'a', 'né', 5)",),
        allow=DESTRUCTIVE,
    ),
    Change(
        name="rules",
        setup=PLAIN + "ALTER TABLE t ALTER b SET DEFAULT 5;\n",
        migration="ALTER TABLE t ALTER COLUMN c DROP NOT NULL, ALTER COLUMN b DROP DEFAULT,\n"
        "ALTER COLUMN a SET DEFAULT 'z', ADD COLUMN n int NOT NULL DEFAULT 3;\n",
        old=WORK,
        new=WORK,
    ),
)
LONG = dict.fromkeys(("fill_add_drop", "partitions_with_up", "rules"), pytest.mark.long)


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize("case", [pytest.param(each, marks=LONG.get(each.name, ()), id=each.name) for each in CASES])
def test_killed_before_every_step(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    life = Changing(change=case, database=make_database(), folder=tmp_path)
    life.prepare()
    before = life.schema()
    with life.crew() as crew:
        crew.start(OLD)
        steps = die_everywhere(life, crew, life.expand)
        life.stop("expanded")
        die_everywhere(life, crew, life.rollback)
        life.stop("rolled back")
        assert life.schema() == before
        for step in steps:  # from each of them there is a way back, too
            die_at(life, step, life.expand)
            assert life.state == "expanding"
            life.rollback()
            life.stop("rolled back")
        assert life.schema() == before
        life.expand()
        crew.start(NEW, 1)
        crew.advance(2)
        crew.leave(OLD)
        flips = die_everywhere(life, crew, lambda: life.contract(grace=GRACE))
        life.stop("retiring")
        crew.leave(NEW)
        die_everywhere(life, crew, life.rollback)
        life.stop("rolled back")
        assert life.schema() == before
        life.expand()
        for step in flips:
            die_at(life, step, lambda: life.contract(finalize=True))
            life.rollback()
            life.stop("rolled back")
            life.expand()
        assert not flips or life.state == "expanded"
        crew.start(NEW, 1)
        die_everywhere(life, crew, lambda: life.contract(finalize=True))
        crew.advance(2)
        life.stop("done")
    assert not crew.failures, crew.failures
    other = make_database()
    life.native(other)
    assert dump(life.database) == dump(other)


# (verb, the end of the step, place, way): each kind of step that these operations have of their own.
DEATHS = (
    ("expand", ".1.open", "inside", "resume"),
    ("expand", ".2.add", "inside", "resume"),
    ("expand", ".2.add", "inside", "rollback"),
    ("expand", "pass", "batch", "resume"),
    ("expand", "pass", "batch", "rollback"),
    ("expand", "fill_end", "inside", "resume"),
    ("expand", ".2.filled", "inside", "resume"),
    ("expand", "not_null_valid", "inside", "resume"),
    ("expand", "unique1_attach", "inside", "rollback"),
    ("contract", ".1.close", "inside", "resume"),
    ("contract", ".aside", "inside", "resume"),
    ("contract", ".aside", "inside", "rollback"),
    ("finalize", ".drop", "inside", "resume"),
    ("rollback", ".2.undo", "inside", "rollback"),
)


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize(("verb", "step", "place", "way"), DEATHS, ids=["-".join(death) for death in DEATHS])
def test_sigkill(database: Database, verb: str, step: str, place: str, way: str, tmp_path: Path) -> None:
    life = Changing(change=ALL, database=database, folder=tmp_path)
    life.prepare()
    database.run("INSERT INTO t SELECT i, NULL, i, 'c' FROM generate_series(5000, 9000) i")
    if place == "inside":
        database.run(HOLD)
    before = life.schema()
    if verb != "expand":
        life.expand()
    with started(database, tmp_path, verb, step, place, allow="destructive") as runner:
        assert step in runner.stands(inside=place == "inside")
        runner.kill()
    with life.crew() as crew:
        if way == "rollback":
            life.rollback()
            life.stop("rolled back")
            assert life.schema() == before
            crew.start(OLD, 1)
        else:
            if verb == "expand":
                life.expand()
                life.stop("expanded")
            crew.start(NEW, 1)
            crew.advance(2)
            life.contract(finalize=True)
            life.stop("done")
        crew.advance(2)
    assert not crew.failures, crew.failures
