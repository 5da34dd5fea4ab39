"""Runs single steps: the session, the lease and its fence, the right transaction for each kind, and the journal row.

A transactional step commits together with its journal row, so it is done or not done and never in between. A lost
connection is made again and the step is looked at again before anything is repeated.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

import psycopg

from ...base import registry
from ...base.errors import (
    CatalogMoved,
    ConnectError,
    Interrupted,
    LockNotObtained,
    PgwrightError,
    StepFailed,
)
from ...base.event import Notice, OnEvent, StepFinished, StepStarted, ignore
from ...config.settings import Settings
from ...connect import session
from ...connect.reasons import hint_of
from ...connect.retry import is_connection_loss
from ...connect.translation import describe, translate
from ..steps.step import Kind, Lock, Step
from . import concurrent, declared, failure, guard, journal, names, reach, sessions, sync
from .backfill import Pass
from .context import Change, Context
from .lease import Lease
from .reach import require_usable as require_usable
from .sessions import Sessions

Connection = psycopg.Connection[tuple[Any, ...]]

# How often one step is begun again after a lost connection. Of a pass only the batch under way is done again.
LOSSES = {Kind.BACKFILL: 100}
LOSSES_OF_OTHERS = 5


@dataclass
class Runner:
    """Holds the lease while it is entered. `stop` ends the work at the next safe point; `gate` is called with the
    id of a step right before it runs (tests hold a step there)."""

    settings: Settings
    on_event: OnEvent = ignore
    allow: frozenset[str] = frozenset()
    stop: threading.Event = field(default_factory=threading.Event)
    gate: Callable[[str], None] | None = None
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _lease: Lease | None = None
    _is_brief: bool = True

    def __post_init__(self) -> None:
        self._sessions = Sessions(self.settings)

    def __enter__(self) -> Self:
        try:
            reach.require_second_session(self.connection, self.settings)
            journal.upgrade(self.connection)
            if self.settings.direct_dsn:
                reach.require_direct(self.connection, self.settings, self.direct)
            # The lease goes past a pooler where it can: then its end is seen at once when the runner dies.
            lease = Lease(
                self.settings.direct_dsn or self.settings.dsn,
                settings=self.settings.execute,
                on_event=self.on_event,
                silence=lambda: self._sessions.cut() if self._is_brief else None,
            )
            self._lease = self._stack.enter_context(lease)
        except psycopg.Error as error:
            self._sessions.close()
            self._stack.close()
            raise translate(error, doing="taking up the work") from error
        except BaseException:
            self._sessions.close()
            self._stack.close()
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Ends the session and gives the lease back. A driver's error from between two steps becomes one of ours."""
        self._sessions.close()
        self._stack.close()
        if isinstance(error, psycopg.Error):
            raise translate(error, state=StepFailed.default_state) from error

    @property
    def connection(self) -> Connection:
        """The session for the work, made again when it was lost. It is in autocommit."""
        return self._sessions.connection

    @property
    def direct(self) -> Connection:
        """The session for what cannot run in a transaction: that of `direct_dsn`, and without one `connection`."""
        return self._sessions.direct

    @property
    def lease(self) -> Lease:
        """The lease that is held."""
        assert self._lease is not None
        return self._lease

    def fence(self, connection: Connection) -> None:
        """Raises where another runner has taken over; keeps the lease ours until this transaction ends."""
        assert self._lease is not None
        self._lease.fence(connection)

    @contextlib.contextmanager
    def transaction(self, connection: Connection | None = None) -> Iterator[Connection]:
        """A fenced transaction for the journal, on `connection` or the session for the work."""
        connection = connection or self.connection
        idle = round(self.settings.execute.idle_timeout * 1000)
        with connection.transaction():
            connection.execute(
                f"SET LOCAL idle_in_transaction_session_timeout = {idle:d}; SET LOCAL statement_timeout = 0;"
                " SET LOCAL lock_timeout = 0; SET LOCAL row_security = off"
                f"{session.no_transaction_timeout(connection)}".encode()
            )
            self.fence(connection)
            yield connection

    def check_stop(self) -> None:
        """Raises Interrupted once a stop was asked for."""
        if self.stop.is_set():
            raise Interrupted("Stopped on request, between two steps.", hint="The same command goes on from here.")

    def run(self, record: journal.StepRecord, *, position: int, total: int, state: str = "done") -> None:
        """Runs one step to its end and marks it with `state`. Raises what stopped it, after noting it in the
        journal."""
        step = record.step
        self.check_stop()
        if self.gate is not None:
            self.gate(step.id)
        self.on_event(
            StepStarted(
                step=step.id,
                phase=step.phase.value,
                kind=step.kind.value,
                summary=step.summary,
                position=position,
                total=total,
            )
        )
        begun = time.monotonic()
        try:
            self._with_retries(record, state)
        except (PgwrightError, psycopg.Error) as error:
            told = failure.after(self, record, _translated(step, error))
            raise self._noted(record, told) from error
        self.on_event(StepFinished(step=step.id, seconds=time.monotonic() - begun))

    def _with_retries(self, record: journal.StepRecord, state: str) -> None:
        """After a lost connection the step is looked at and tried again. Each outage has the lock budget; losses that
        follow one another within it are one outage."""
        budget, losses = self.settings.execute.lock_budget, 0
        last = deadline = -budget
        while True:
            try:
                record = replace(record, step=names.of_now(self.connection, record.step))
                if not self._is_done(record, state):
                    self._dispatch(record, state)
                return
            except (psycopg.Error, ConnectError) as error:
                now, losses = time.monotonic(), losses + 1
                if last < now - budget or losses == 1:
                    deadline = now + budget
                if (
                    not self._sessions.is_lost(error)
                    or now > deadline
                    or losses > LOSSES.get(record.step.kind, LOSSES_OF_OTHERS)
                ):
                    raise
                self.on_event(Notice(step=record.step.id, message="The connection was lost; it is made again."))
                if losses > 1 and now - last < sessions.PAUSE:
                    time.sleep(sessions.PAUSE)  # a pooler lets us in, and has no server
                last = now
                self._sessions.reconnect(deadline)

    def _is_done(self, record: journal.StepRecord, state: str) -> bool:
        """Whether the journal or the catalog says that the step is done; asks whether it may run, too."""
        step = record.step
        row = self.connection.execute(
            "SELECT state FROM pgwright.step WHERE unit = %s AND id = %s", (record.unit, step.id)
        ).fetchone()
        if row is not None and row[0] == state:
            return True
        if step.done and self._answer(step.done):
            with self.transaction() as connection:
                connection.execute(journal.mark_step(record.unit, step.id, state).encode())
            return True
        if step.ready and not self._answer(step.ready):
            raise CatalogMoved(
                f"step {step.id} ({step.summary}) does not find what it was planned for: the table was changed since",
                state="Nothing was changed by this step.",
                hint="Undo with `pgwright rollback`, or put back what was changed and run the same command again.",
            )
        return False

    def _answer(self, condition: str) -> bool:
        row = self.connection.execute(condition.encode()).fetchone()
        return bool(row and row[0])

    def _dispatch(self, record: journal.StepRecord, state: str) -> None:
        step = record.step
        # What is short when all is well is not waited for when nothing is heard of the server any more.
        self._is_brief = step.kind in (Kind.INSTANT, Kind.CUTOVER, Kind.BACKFILL) and not step.rewrites
        try:
            self._run_by_kind(record, state)
        finally:
            self._is_brief = True

    def _run_by_kind(self, record: journal.StepRecord, state: str) -> None:
        step = record.step
        if step.kind is Kind.BACKFILL:
            self._backfill(record)
            with self.transaction() as connection:
                connection.execute(journal.mark_step(record.unit, step.id, state).encode())
        elif step.kind is Kind.CONCURRENT:
            concurrent.run(self, record, state)
        elif step.kind in (Kind.INSTANT, Kind.CUTOVER):
            self._short(record, state)
        else:
            self._long(record, state)

    def _short(self, record: journal.StepRecord, state: str) -> None:
        """One short transaction under its locks. What it runs is prepared before, and goes to the server in one
        message once the locks are won, the lease is read, and nothing has moved since."""
        wanted = record.step.locks
        if state == "undone" or record.step.action is not None:
            # What somebody dropped needs no undoing and no exchange, and must not keep the rest from it.
            wanted = declared.there(self.connection, (*wanted, *self._further(record)))
        for _ in range(5):
            change = self._prepare(record) if record.step.action or wanted or not record.step.locks else Change()
            with contextlib.suppress(_MovedError):
                parameters = record.step.action.parameters if record.step.action else {}
                locks = declared.present(self.connection, wanted, below=str(parameters.get("below", "rp")))
                locks += change.locks
                guard.strong_locks(
                    self.connection,
                    locks,
                    settings=self.settings.execute,
                    on_event=self.on_event,
                    step=record.step.id,
                    work=functools.partial(self._apply, record, state, change),
                    before_commit=functools.partial(
                        declared.compare, self.connection, record.unit, record.step.id, locks
                    ),
                )
                return
        raise StepFailed(
            f"the table of step {record.step.id} is changed by somebody else again and again",
            step=record.step.id,
            hint="Find out who changes it, then run the same command again.",
        )

    def _further(self, record: journal.StepRecord) -> tuple[Lock, ...]:
        """Locks that only show when the step runs: on what a table is about that did not exist when it was planned."""
        action = record.step.action
        if action is None:
            return ()
        asked = getattr(registry.load("evolve.execute.actions", action.name), "locks", None)
        return tuple(asked(self.context(record))) if asked is not None else ()

    def _prepare(self, record: journal.StepRecord) -> Change:
        """The statements of the step; reads what it needs outside of any lock."""
        step = record.step
        if step.action is None:
            return Change(statements=step.statements)
        action = registry.load("evolve.execute.actions", step.action.name)
        if not hasattr(action, "prepare"):
            return Change()
        return action.prepare(self.context(record)) or Change()

    def _apply(self, record: journal.StepRecord, state: str, change: Change) -> None:
        """Under the locks: the fence, the comparison, and everything else in one message."""
        connection, step = self.connection, record.step
        self.fence(connection)
        if change.relation and sync.digest(connection, change.relation) != change.digest:
            raise _MovedError
        run = getattr(registry.load("evolve.execute.actions", step.action.name), "run", None) if step.action else None
        if run is not None:
            run(self.context(record))
        # Bodies are compiled at their first call anyway, and while the lock is held time counts.
        statements = (
            "SET LOCAL check_function_bodies = off",
            *change.statements,
            journal.mark_step(record.unit, step.id, state),
        )
        connection.execute(";\n".join(statements).encode())

    def _long(self, record: journal.StepRecord, state: str) -> None:
        """A statement that may scan, under weak locks: no lock_timeout and no statement_timeout runs over it."""
        while True:
            change = self._prepare(record)
            with contextlib.suppress(_MovedError), self.transaction():
                self._apply(record, state, change)
                wanted = (*record.step.locks, *self._further(record))
                locks = declared.present(self.connection, wanted)
                declared.compare(self.connection, record.unit, record.step.id, locks)
                return

    def context(self, record: journal.StepRecord) -> Context:
        """What the action of a step is given."""
        return Context(
            connection=self.connection,
            unit=record.unit,
            step=record.step,
            settings=self.settings.execute,
            on_event=self.on_event,
            allow=self.allow,
        )

    def _backfill(self, record: journal.StepRecord) -> None:
        action = record.step.action
        assert action is not None
        Pass(
            connect=lambda: self.connection,
            other=self._sessions.other,
            unit=record.unit,
            step=record.step.id,
            relation=int(action.parameters["relation"]),
            links=tuple(action.parameters["links"]),
            settings=self.settings,
            on_event=self.on_event,
            lease=self.lease,
            stopped=self.stop.is_set,
        ).run()

    def _noted(self, record: journal.StepRecord, error: PgwrightError) -> PgwrightError:
        """Writes the error into the journal where that is possible; the state stays as it is."""
        note = journal.note_of(error)
        with contextlib.suppress(psycopg.Error, PgwrightError), self.transaction() as connection:
            if not isinstance(error, (LockNotObtained, Interrupted)):
                connection.execute(journal.mark_step(record.unit, record.step.id, "failed", error=note).encode())
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT name FROM pgwright.migration WHERE unit = %s", (record.unit,)
                ).fetchall()
            ]
            journal.set_error(connection, [record.migration] if record.migration else names, note)
        return error


class _MovedError(Exception):
    """What a change was prepared from is not there any more; it is prepared again."""


def _translated(step: Step, error: PgwrightError | psycopg.Error) -> PgwrightError:
    """A driver's error as ours, with its SQLSTATE; ours as they are. A server that went away has left what is done."""
    where = f"step {step.id} ({step.summary})"
    if isinstance(error, ConnectError) or (isinstance(error, psycopg.Error) and is_connection_loss(error)):
        reason = describe(error) if isinstance(error, psycopg.Error) else error.message
        helps = "The same command goes on from here when the server answers."
        hint = f"{hint_of(reason)} {helps}".strip()
        return ConnectError(f"{where}: {reason}", state=StepFailed.default_state, hint=hint)
    if isinstance(error, PgwrightError):
        return error
    detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
    said = error.diag.message_primary or " ".join(str(error).split())
    return StepFailed(
        f"{where}: {said}{detail}",
        step=step.id,
        sqlstate=error.sqlstate,
        hint="When the cause is gone the same command goes on from here; `pgwright rollback` undoes what was done.",
    )
