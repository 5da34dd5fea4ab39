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
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg

from ...base import registry
from ...base.errors import CatalogMoved, Interrupted, LockNotObtained, PgwrightError, Refused, StepFailed
from ...base.event import Notice, OnEvent, StepFinished, StepStarted, ignore
from ...config.settings import Settings
from ...connect import session
from ...connect.retry import is_connection_loss
from ...connect.translation import translate
from ..steps.step import Kind, Step
from . import concurrent, declared, failure, guard, journal, sync
from .backfill import Pass
from .context import Change, Context
from .lease import Lease

Connection = psycopg.Connection[tuple[Any, ...]]


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
    _connection: Connection | None = None
    _lease: Lease | None = None

    def __enter__(self) -> Self:
        try:
            self._connection = self._open()
            require_usable(self._connection)
            journal.upgrade(self._connection)
            dsn = self.settings.direct_dsn or self.settings.dsn
            self._lease = self._stack.enter_context(Lease(dsn, settings=self.settings.execute, on_event=self.on_event))
        except BaseException:
            self._close()
            self._stack.close()
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Ends the session and gives the lease back. A driver's error from between two steps becomes one of ours."""
        self._close()
        self._stack.close()
        if isinstance(error, psycopg.Error):
            raise translate(error, state=StepFailed.default_state) from error

    @property
    def connection(self) -> Connection:
        """The session for the work, made again when it was lost. It is in autocommit."""
        if self._connection is None or not _is_alive(self._connection):
            self._connection = self._open()
        return self._connection

    def fence(self, connection: Connection) -> None:
        """Raises where another runner has taken over; keeps the lease ours until this transaction ends."""
        assert self._lease is not None
        self._lease.fence(connection)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A fenced transaction for the journal."""
        with self.connection.transaction():
            self.connection.execute(
                f"SET LOCAL idle_in_transaction_session_timeout = "
                f"{round(self.settings.execute.idle_timeout * 1000)}".encode()
            )
            self.connection.execute(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL row_security = off"
            )
            self.fence(self.connection)
            yield self.connection

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
        """Lost connections and serialization failures are tried again, as long as the lock budget lasts."""
        deadline = time.monotonic() + self.settings.execute.lock_budget
        while True:
            try:
                if not self._is_done(record, state):
                    self._dispatch(record, state)
                return
            except psycopg.Error as error:
                if not _is_lost(error, self._connection) or time.monotonic() > deadline:
                    raise
                self.on_event(Notice(step=record.step.id, message="The connection was lost; it is made again."))
                self._reconnect(deadline)

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
            missing = declared.gone(self.connection, wanted)
            wanted = tuple(lock for lock in wanted if lock.oid and lock.oid not in missing) if missing else wanted
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
                locks = declared.present(self.connection, record.step.locks)
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
            connection=self.connection,
            unit=record.unit,
            step=record.step.id,
            relation=int(action.parameters["relation"]),
            links=tuple(action.parameters["links"]),
            settings=self.settings.execute,
            on_event=self.on_event,
            fence=self.fence,
            stopped=self.stop.is_set,
        ).run()

    def _noted(self, record: journal.StepRecord, error: PgwrightError) -> PgwrightError:
        """Writes the error into the journal where that is possible; the state stays as it is."""
        note = {
            "name": error.name,
            "message": error.message,
            "state": error.state,
            "hint": error.hint,
            "exit_code": error.exit_code,
        }
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

    def _reconnect(self, deadline: float) -> None:
        self._close()
        while True:
            try:
                self._connection = self._open()
                return
            except PgwrightError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _open(self) -> Connection:
        connection = session.open(self.settings.direct_dsn or self.settings.dsn, name="runner")
        # Roles and databases may have other defaults. Said with each BEGIN, because a pooler may stand in between.
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.read_only = False
        connection.deferrable = False
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _MovedError(Exception):
    """What a change was prepared from is not there any more; it is prepared again."""


def require_usable(connection: Connection) -> None:
    """Raises Refused for a session in which nothing can be changed, or not safely."""
    row = connection.execute(
        "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('quote_all_identifiers') = 'on'"
    ).fetchone()
    if row is not None and row[0]:
        raise Refused("this server is a standby in recovery: it is read-only", hint="Connect to the primary.")
    if row is not None and row[1]:
        raise Refused(
            "quote_all_identifiers is on for this role: definitions could not be told apart",
            hint="ALTER ROLE … SET quote_all_identifiers = off, for the role that migrates.",
        )


def _is_alive(connection: Connection) -> bool:
    """Whether the session is still there, as far as can be told without asking. In a transaction it is left alone:
    what runs there must not go on in another session."""
    if connection.closed or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        return not connection.closed
    try:
        connection.pgconn.consume_input()  # the server may have said goodbye, after an idle timeout for example
    except psycopg.OperationalError:
        return False
    return not connection.closed


def _is_lost(error: psycopg.Error, connection: Connection | None) -> bool:
    return connection is None or connection.closed or is_connection_loss(error)


def _translated(step: Step, error: PgwrightError | psycopg.Error) -> PgwrightError:
    """A driver's error as ours, with its SQLSTATE; ours as they are."""
    if isinstance(error, PgwrightError):
        return error
    detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
    said = error.diag.message_primary or " ".join(str(error).split())
    return StepFailed(
        f"step {step.id} ({step.summary}): {said}{detail}",
        step=step.id,
        sqlstate=error.sqlstate,
        hint="When the cause is gone the same command goes on from here; `pgwright rollback` undoes what was done.",
    )
