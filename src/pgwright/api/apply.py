"""Applies migrations in one go, for tests, CI and new databases: expand, contract and finalize.

Where nothing has rows and nobody can be waiting the files run as typed; everywhere else they go through the engine.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg

from ..base.consent import require_known
from ..base.errors import PgwrightError
from ..base.event import OnEvent, ignore
from ..catalog.values import Catalog
from ..config import Settings
from ..evolve.execute import as_typed, contract, drift, expand, journal, known
from ..evolve.execute.ground import Ground
from ..evolve.execute.runner import Runner
from ..evolve.locks.declare import declared
from ..evolve.plan import as_typed as typed
from ..evolve.plan.files import Migration
from ..render.report import UnitReport
from ..sql.parse import Node
from . import _drift, _planning
from .status import report


def apply(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    allow: frozenset[str] = frozenset(),
    on_event: OnEvent = ignore,
    stop: threading.Event | None = None,
    gate: Callable[[str], None] | None = None,
) -> UnitReport:
    """Brings all pending migrations, or `names`, to `done`, one file after the other; what is in flight is ended first.
    `gate` is called with an id right before each file or step. Returns the migrations as they are now; raises what
    stopped the work: the files before stay done, and the next call goes on from there."""
    require_known(allow)
    with Runner(settings=settings, on_event=on_event, allow=allow, stop=stop or threading.Event(), gate=gate) as runner:
        work = _Work(settings=settings, runner=runner, allow=allow)
        try:
            work.end_open(names)
            ended = bool(work.done)
            waiting = _planning.pending(settings, journal.records(runner.connection), names, allow)
            work.begin(waiting)
        except PgwrightError as error:
            if work.done:
                nothing = error.state == PgwrightError.default_state
                error.state = f"{'Nothing more was changed.' if nothing else error.state} {work.before}"
            raise
        finally:
            if work.done:
                # After an error, too: the files before are done and stay.
                with contextlib.suppress(psycopg.Error, PgwrightError):
                    known.remember(runner, settings.schemas)
        return report(settings, runner.connection, work.done, files=None if ended else waiting)


@dataclass(kw_only=True)
class _Work:
    """One call of `apply`: `done` are the migrations that it has ended, `catalog` what there is, once that was asked
    for and until the engine has changed it."""

    settings: Settings
    runner: Runner
    allow: frozenset[str]
    done: list[str] = field(default_factory=list)
    catalog: Catalog | None = None

    @property
    def before(self) -> str:
        """What an error leaves standing."""
        if len(self.done) == 1:
            return f"{self.done[0]} is done and stays."
        return f"{self.done[0]} to {self.done[-1]} ({len(self.done)} migrations) are done and stay."

    def end_open(self, names: Sequence[str]) -> None:
        """Ends what was begun: expanding and expanded ones, and those that are retiring, whatever their grace."""
        runner = self.runner
        expand.refuse_rolling_back(journal.records(runner.connection))
        for unit in expand.unfinished(runner):
            known.forget(runner)
            expand.resume(runner, unit)
        if drift.found(runner.connection):
            known.forget(runner)
            drift.mend(runner)
        for record in journal.records(runner.connection):
            if record.state in contract.READY and (not names or record.name in names):
                known.forget(runner)
                contract.contract(runner, record, grace=0.0, finalize=True)
                self.done.append(record.name)

    def begin(self, waiting: Sequence[Migration]) -> None:
        """Applies the pending files in their order. All are checked before the first one runs."""
        for migration in waiting:
            typed.check(migration)
        if not waiting:
            return
        differences = _drift.tell(self.settings, self.runner)
        ground = Ground(self.runner.connection)
        for migration in waiting:
            self.runner.check_stop()
            if not self._as_typed(migration, ground):
                self._through_the_engine(migration, differences)
            self.done.append(migration.name)

    def _as_typed(self, migration: Migration, ground: Ground) -> bool:
        """Runs the file as typed; False where it is a case for the engine."""
        taken = ground.taken(self.runner.connection)
        if typed.is_for_pgwright(migration) or (taken and self._touches(migration, taken)):
            return False
        try:
            unit = as_typed.run(self.runner, migration, taken)
        except as_typed.InUseError:
            return False
        if unit is not None:
            self._end(unit)
            self.runner.connection.execute(as_typed.AS_NEW.encode())
        return True

    def _touches(self, migration: Migration, taken: frozenset[int]) -> bool:
        """Whether the file does anything to a relation that may be in use, or nobody knows what it does. What files
        run as typed have made since the catalog was read is not in it, and nobody's; where such a table hangs together
        with one in use, the locks that are really held tell."""
        if self.catalog is None:
            self.catalog = _planning.snapshot(self.settings, self.runner.connection)
        for each in migration.statements:
            for action in each.actions:
                effects = declared(action.key, action.node, action.statement, self.catalog)
                named = _named(self.catalog, action.node) if effects is None else {effect.oid for effect in effects}
                if named is None or taken & named:
                    return True
        return False

    def _through_the_engine(self, migration: Migration, differences: tuple[known.Difference, ...]) -> None:
        self.catalog = None
        made = _planning.make(self.settings, self.runner.connection, (migration,), self.allow)
        made = _drift.accepted(made, differences, self.allow)
        known.forget(self.runner)
        self._end(expand.start(self.runner, made))

    def _end(self, unit: int) -> None:
        """The unit's steps, then contract without grace."""
        expand.resume(self.runner, unit)
        for record in journal.records(self.runner.connection):
            if record.unit == unit:
                contract.contract(self.runner, record, grace=0.0, finalize=True)


def _named(catalog: Catalog, node: Node) -> set[int] | None:
    """The relations that the statement names, with the tables below them; None where it may touch others."""
    names = typed.names_all(node)
    oids = {oid for schema, name in names if (oid := catalog.find(name, schema)) is not None}
    below = {table.oid for oid in oids if oid in catalog.tables for table in catalog.descendants(oid)}
    return oids | below if names else None
