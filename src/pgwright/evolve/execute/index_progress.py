"""Watches, from a session of its own, what a backend does while it works on an index: how far it is, what it locks.

It only reads. Where the backend cannot be seen (a pooler in between, no connection left) there is no progress and no
error.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from ...activity.progress import of_index
from ...base.errors import PgwrightError
from ...base.event import IndexProgress, Notice
from ...base.lock import LockMode
from ...connect import session
from ..locks.observe import held
from ..steps.step import Step
from . import declared

if TYPE_CHECKING:
    from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]
EVERY = 0.5  # seconds between two looks

_PROGRESS = """
SELECT p.relid::pg_catalog.regclass::text, p.phase, p.blocks_done, p.blocks_total, p.tuples_done, p.tuples_total,
       p.lockers_done, p.lockers_total, p.current_locker_pid
FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = %s AND p.datname = pg_catalog.current_database()
"""


@contextlib.contextmanager
def watched(runner: Runner, step: Step, pid: int) -> Iterator[None]:
    """While the block lasts, events tell how far the backend `pid` is. What it locks beyond what the step declares is
    told at the end."""
    over = threading.Event()
    watch = _Watch(runner=runner, step=step, pid=pid)
    thread = threading.Thread(target=watch.run, args=(over,), name="pgwright-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    for sentence in sorted(watch.surprises):
        runner.on_event(Notice(step=step.id, message=sentence))


class _Watch:
    """The second thread. It opens its session only for work that lasts."""

    def __init__(self, *, runner: Runner, step: Step, pid: int) -> None:
        self.runner, self.step, self.pid = runner, step, pid
        self.surprises: set[str] = set()
        self._pace = Pace()

    def run(self, over: threading.Event) -> None:
        """Looks until `over` is set. A session that is lost ends the watching and nothing else."""
        if over.wait(EVERY):
            return
        with contextlib.suppress(psycopg.Error, PgwrightError):
            dsn = self.runner.settings.direct_dsn or self.runner.settings.dsn
            with session.open(dsn, name="progress") as connection:
                allowed = {lock.oid: lock.mode for lock in declared.present(connection, self.step.locks)}
                while not over.is_set():
                    self._look(connection, allowed)
                    over.wait(EVERY)

    def _look(self, connection: Connection, allowed: dict[int, LockMode]) -> None:
        row = connection.execute(_PROGRESS, (self.pid,)).fetchone()
        if row is None:
            return
        self.runner.on_event(self._pace.event(self.step.id, row, time.monotonic()))
        for oid, mode in held(connection, self.pid).items():
            if mode > allowed.get(oid, LockMode.ROW_EXCLUSIVE):
                name = connection.execute("SELECT %s::oid::pg_catalog.regclass::text", (oid,)).fetchone()
                self.surprises.add(
                    f"{mode.sql} was taken on {name[0] if name else oid}, which the plan does not declare: this is a "
                    "defect of pgwright; please report it with the plan"
                )


@dataclass
class Pace:
    """How fast the phase that runs now is."""

    phase: str = ""
    begun: float = 0.0
    first: int = 0

    def event(self, step: str, row: tuple[Any, ...], now: float) -> IndexProgress:
        """The event for a row of the progress view."""
        relation, phase, *counts, locker = row
        done, total, unit = of_index(phase, [each or 0 for each in counts])
        if phase != self.phase:
            self.phase, self.begun, self.first = phase, now, done
        moved, spent = done - self.first, now - self.begun
        left = (total - done) * spent / moved if moved > 0 and spent > 0 and unit != "sessions" else None
        return IndexProgress(
            step=step,
            relation=relation,
            phase=phase,
            done=done,
            total=total,
            unit=unit,
            seconds_left=left,
            waits_for=(locker or 0) if unit == "sessions" else 0,
        )
