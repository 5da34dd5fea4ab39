"""A runner that dies, at every step: in the process before each one, and by SIGKILL once for each kind of step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright.base.event import Event, Notice
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.killing import die_at, die_everywhere
from tests.support.lifecycle import GRACE, LifeCycle, Shape, dump
from tests.support.selection import EDGES_IN_CI, in_ci
from tests.support.shapes import SHAPES
from tests.support.writers import NEW, OLD, Crew


def shape(name: str) -> Shape:
    return next(each for each in SHAPES if each.name == name)


CASES = [(shape("plain"), "copy"), (shape("plain"), "alias"), (shape("up"), "copy")]


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize(("case", "strategy"), CASES, ids=[f"{each.name}-{strategy}" for each, strategy in CASES])
def test_killed_before_every_step(
    make_database: Callable[..., Database], case: Shape, strategy: str, tmp_path: Path
) -> None:
    life = LifeCycle(shape=case, strategy=strategy, database=make_database(), folder=tmp_path)
    life.prepare()
    before = dump(life.database)
    with life.crew() as crew:
        crew.start(OLD)
        steps = die_everywhere(life, crew, life.expand)
        assert len(steps) == (1 if strategy == "alias" else len(steps)) > 0
        life.stop("expanded")
        crew.start(NEW)
        crew.advance(5)
        crew.leave(NEW)
        assert die_everywhere(life, crew, life.rollback)
        life.stop("rolled back")
        for step in steps:  # from each of them there is a way back, too
            die_at(life, step, life.expand)
            crew.advance(2)
            assert life.state == "expanding"
            life.rollback()
            life.stop("rolled back")
        assert dump(life.database) == before
        life.expand()
        crew.start(NEW)
        crew.advance(2)
        crew.leave(OLD)
        flips = die_everywhere(life, crew, lambda: life.contract(grace=GRACE))
        life.stop("retiring")
        crew.leave(NEW)
        assert die_everywhere(life, crew, life.rollback)
        life.stop("rolled back")
        assert dump(life.database) == before
        life.expand()
        crew.start(NEW)
        crew.advance(2)
        die_at(life, flips[0], lambda: life.contract(finalize=True))
        crew.advance(2)
        crew.leave(NEW)
        life.rollback()
        life.stop("rolled back")
        life.expand()
        crew.start(NEW)
        assert len(die_everywhere(life, crew, lambda: life.contract(finalize=True))) >= len(flips)
        crew.advance(2)
        life.stop("done")
    assert not crew.failures, crew.failures
    other = make_database()
    life.native(other)
    assert dump(life.database) == dump(other)


# (strategy, verb, step, place): each kind of step, before it and inside of it.
PLACES = [
    ("plain", "copy", "expand", "open", "gate"),
    ("plain", "copy", "expand", "open", "inside"),
    ("plain", "copy", "expand", "pass", "gate"),
    ("plain", "copy", "expand", "pass", "batch"),
    ("plain", "copy", "expand", "fill_end", "inside"),
    ("plain", "copy", "expand", "check", "inside"),
    ("plain", "copy", "expand", "validate", "inside"),
    ("plain", "copy", "contract", "close", "inside"),
    ("plain", "copy", "rollback", "undo", "inside"),
    ("plain", "alias", "expand", "open", "inside"),
    ("plain", "alias", "finalize", "close", "inside"),
    ("plain", "alias", "rollback", "undo", "inside"),
    ("up", "copy", "contract", "flip", "inside"),
    ("up", "copy", "finalize", "retire", "inside"),
]


BACK = ("open-inside", "pass-batch", "check-inside", "flip-inside")
SELDOM = ("open-gate", "pass-gate", "check-inside", "retire-inside", "undo-inside")  # kinds that others stand for
DEATHS = [(*place, "resume") for place in PLACES if in_ci() or "-".join(place[3:]) not in SELDOM]
DEATHS += [(*place, "rollback") for place in PLACES if "-".join(place[3:]) in BACK]


@pytest.mark.parametrize(
    ("name", "strategy", "verb", "step", "place", "way"), DEATHS, ids=["-".join(death) for death in DEATHS]
)
@pytest.mark.majors(*EDGES_IN_CI)
def test_sigkill(
    database: Database, name: str, strategy: str, verb: str, step: str, place: str, way: str, tmp_path: Path
) -> None:
    life = LifeCycle(shape=shape(name), strategy=strategy, database=database, folder=tmp_path)
    life.prepare()
    database.run(
        "INSERT INTO utilisateurs SELECT i, 'x' || i, 0 FROM generate_series(5000, 7000) i;"
        "INSERT INTO miroir SELECT i, 'x' || i, 'x' || i, 0 FROM generate_series(5000, 7000) i"
    )
    with life.crew() as crew:
        if verb == "expand":
            crew.start(OLD)
        else:
            life.expand()
            crew.start(NEW if verb != "rollback" else OLD)
        crew.advance(2)
        with started(database, tmp_path, verb, step, place) as runner:
            assert step in runner.stands(inside=place == "inside")
            if place != "inside":  # nobody can write while the step holds its lock
                crew.advance(2)
            runner.kill()
        crew.advance(2)
        _end(life, crew, verb, way)
    assert not crew.failures, crew.failures


def test_sigkill_while_an_index_is_built(database: Database, tmp_path: Path) -> None:
    """The server goes on building; who resumes waits for it and builds nothing twice."""
    up = shape("up")
    life = LifeCycle(
        shape=replace(up, setup=up.setup + "CREATE INDEX i_nom ON utilisateurs (nom DESC) WHERE nom <> '';\n"),
        strategy="copy",
        database=database,
        folder=tmp_path,
    )
    life.prepare()
    with database.connect() as writer, started(database, tmp_path, "expand", "index", "gate") as runner:
        step = runner.stands(inside=False)
        writer.execute("BEGIN; UPDATE utilisateurs SET autre = autre WHERE id = 1")  # a build waits for it
        runner.go_on()
        runner.until(_BUILDING)
        runner.kill()
        (builder,) = database.all(_BUILDER)[0]
        events: list[str] = []
        life.events = _Told(events, lambda: writer.execute("COMMIT"))
        life.expand()
        assert any(f"process {builder}" in said for said in events), events
        assert step in str(database.all("SELECT id FROM pgwright.step WHERE state = 'done'"))
    life.stop("expanded")
    life.contract(finalize=True)
    life.stop("done")


_BUILDER = "SELECT pid FROM pg_stat_progress_create_index WHERE datname = current_database()"
_BUILDING = f"SELECT EXISTS ({_BUILDER} AND phase LIKE 'waiting%')"


class _Told(list[Event]):
    """Lets the writer end when the second runner says that it waits."""

    def __init__(self, said: list[str], then: Callable[[], object]) -> None:
        self.said, self.then = said, then

    def append(self, event: Event) -> None:
        if isinstance(event, Notice):
            self.said.append(event.message)
            if "waiting for it" in event.message:
                self.then()


def _end(life: LifeCycle, crew: Crew, verb: str, way: str) -> None:
    if way == "rollback" or verb == "rollback":
        if life.state == "done":
            return
        crew.leave(NEW)
        life.rollback()
        life.stop("rolled back")
        return
    if verb == "expand":
        life.expand()
        life.stop("expanded")
        crew.start(NEW)
        crew.advance(2)
        crew.leave(OLD)
    life.contract(finalize=True)
    crew.advance(2)
    life.stop("done")
