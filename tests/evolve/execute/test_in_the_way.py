"""Somebody holds the table in front of every strong lock: for a while, and for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright.api.plan import plan
from pgwright.api.status import status
from pgwright.base.errors import LockNotObtained
from pgwright.base.event import Event, LockWaiting
from pgwright.base.lock import LockMode
from pgwright.connect import session
from pgwright.evolve.execute import declared, guard
from pgwright.evolve.locks.observe import held
from tests.support.blockers import KINDS, Blocking, blocking
from tests.support.databases import Database
from tests.support.lifecycle import GRACE, QUICK, LifeCycle, footprint
from tests.support.selection import EDGES_IN_CI, in_ci
from tests.support.shapes import SHAPES

CASES = [("plain", "copy"), ("plain", "alias"), ("up", "copy"), ("list_row_movement", "copy")]
MEETINGS = [(*case, kind) for case in CASES for kind in KINDS]
if not in_ci():  # each takes its time: somebody who stays is waited for until the budget is spent
    MEETINGS = [("plain", "copy", "prepared"), ("plain", "alias", "idle"), ("up", "copy", "query")]


def prepared(name: str, strategy: str, database: Database, folder: Path) -> LifeCycle:
    life = LifeCycle(
        shape=next(each for each in SHAPES if each.name == name), strategy=strategy, database=database, folder=folder
    )
    life.prepare()
    return life


@pytest.mark.parametrize("verb", ["close", "undo"])
def test_the_view_is_locked_first(database: Database, verb: str, tmp_path: Path) -> None:
    """A statement locks the view and then the table behind it: who takes them in the other order waits for those who
    wait for him, at every try."""
    life = prepared("plain", "alias", database, tmp_path)
    step = next(step for step in plan(life.settings).steps if step.id.endswith(verb))
    life.expand()
    view = database.one("SELECT 'utilisateurs'::regclass::oid::bigint")
    with session.open(database.dsn) as connection:
        before_work = guard.strong_locks(
            connection,
            declared.present(connection, step.locks),
            settings=QUICK,
            on_event=print,
            step=step.id,
            work=lambda: dict(held(connection)),
        )
    assert before_work[view] is LockMode.ACCESS_EXCLUSIVE
    assert len(before_work) == 2


def test_what_the_one_in_the_way_does_is_told_as_it_is_now(database: Database, tmp_path: Path) -> None:
    """Not as it was when the waiting began."""
    life = prepared("plain", "copy", database, tmp_path)
    life.execute = replace(QUICK, lock_budget=20.0)
    heard: list[str] = []
    with database.connect() as holder:
        holder.execute("BEGIN; LOCK TABLE utilisateurs IN ACCESS SHARE MODE")

        class Hears(list[Event]):
            def append(self, event: Event) -> None:
                if isinstance(event, LockWaiting) and event.blockers:
                    heard.append(event.blockers[0])
                    if len(heard) == 2:
                        holder.execute("SHOW TimeZone")
                    if "SHOW TimeZone" in event.blockers[0]:
                        holder.execute("COMMIT")

        life.events = Hears()
        life.expand()
    assert "SHOW TimeZone" in heard[-1]
    life.stop("expanded")


class Walk:
    """Runs verbs; in front of each strong step first somebody who stays, then somebody who goes."""

    def __init__(self, life: LifeCycle, kind: str) -> None:
        self.life, self.kind = life, kind
        self.met: set[str] = set()
        self.strong: set[str] = set()
        self.before = ""
        self.waited: list[str] = []
        self._open: Blocking | None = None

    def strong_steps(self) -> None:
        """The steps whose plan has a strong lock."""
        steps = plan(self.life.settings).steps
        self.strong = {step.id for step in steps if any(lock.mode is LockMode.ACCESS_EXCLUSIVE for lock in step.locks)}

    def verb(self, run: Callable[[], None]) -> None:
        """Runs it to its end, over all that is in the way."""
        self.life.gate = self._gate
        self.life.events = _Listener(self)
        while (error := _refused(run)) is not None:
            assert self._open is not None
            assert error.exit_code == 4
            assert any(self._open.name in sentence for sentence in error.blockers), error.blockers
            assert self._open.name in error.message
            assert error.state.startswith("Nothing was changed")
            assert self._open.name in error.hint or "same command" in error.hint
            assert footprint(self.life.database) == self.before
            assert self._open.name in status(self.life.settings).migrations[0].error
            self._open.release()
            self._open = None

    def _gate(self, step: str) -> None:
        if step not in self.strong:
            return
        table = "pgw_aside_utilisateurs" if self._aside() else self.life.shape.work.table
        self._open = blocking(self.kind, self.life.database, table)
        self.before = footprint(self.life.database)
        if step in self.met:
            self.waited.append(step)
        self.met.add(step)

    def _aside(self) -> bool:
        return bool(self.life.database.one("SELECT to_regclass('pgw_aside_utilisateurs') IS NOT NULL"))

    def hears(self, event: LockWaiting) -> None:
        """In the second round the one in the way goes when pgwright has named it."""
        if self._open is None or not self.waited or event.step != self.waited[-1] or not event.tries:
            return
        if any(self._open.name in sentence for sentence in event.blockers):
            self._open.release()
            self._open = None


def _refused(run: Callable[[], None]) -> LockNotObtained | None:
    try:
        run()
    except LockNotObtained as error:
        return error
    return None


class _Listener(list[Event]):
    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    def append(self, event: Event) -> None:
        if isinstance(event, LockWaiting):
            self.walk.hears(event)


@pytest.mark.long
@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize(("name", "strategy", "kind"), MEETINGS, ids=["-".join(each) for each in MEETINGS])
def test_in_front_of_every_strong_lock(database: Database, name: str, strategy: str, kind: str, tmp_path: Path) -> None:
    life = prepared(name, strategy, database, tmp_path)
    walk = Walk(life, kind)
    walk.strong_steps()

    def again(run: Callable[[], None]) -> None:
        life.execute = replace(QUICK, lock_budget=0.6)
        walk.verb(run)
        life.execute, life.gate = QUICK, None

    again(life.expand)
    life.stop("expanded")
    again(life.rollback)
    life.stop("rolled back")
    walk.met.clear()
    life.expand()
    again(lambda: life.contract(grace=GRACE))
    life.stop("retiring")
    again(life.rollback)
    life.stop("rolled back")
    life.expand()
    again(lambda: life.contract(finalize=True))
    life.stop("done")
    assert walk.waited
