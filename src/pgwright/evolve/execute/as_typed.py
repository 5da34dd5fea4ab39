"""Runs a migration as typed: all of it in one transaction, together with its journal row, which then says `done`.

For files that touch nothing which anybody could be using (`ground` says what that is). What cannot run in one
transaction is journalled statement by statement, as the engine does it, so that a runner may die anywhere. It takes
locks as the statements take them, so it is never used on a table that holds rows of somebody else.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import psycopg
from psycopg import errors as sqlstate
from psycopg.pq import TransactionStatus

from ...base.errors import ConnectError, Interrupted, LockNotObtained, PgwrightError, Refused, StepFailed
from ...base.event import StateChanged, StepFinished, StepStarted
from ...config.settings import ExecuteSettings
from ...connect.retry import is_connection_loss, is_contention
from ...connect.translation import translate
from ..locks.observe import held
from ..plan import as_typed
from ..plan.as_typed import Typed
from ..plan.files import Migration
from ..plan.plan_file import Plan
from . import finished, journal, known
from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]

WHY = "nothing that it touches has rows, and nobody uses it"
# A statement that must stand outside of a transaction, and a new value of an enum that is not committed yet.
_NEEDS_ITS_OWN = (sqlstate.ActiveSqlTransaction, sqlstate.InvalidTransactionTermination)
_CUT = (*_NEEDS_ITS_OWN, sqlstate.UnsafeNewEnumValueUsage)


# The file may have become somebody else, who has no right on the journal.
_OURSELVES = "RESET ROLE; RESET SESSION AUTHORIZATION"

AS_NEW = (
    f"SET CONSTRAINTS ALL IMMEDIATE; CLOSE ALL; {_OURSELVES}; RESET ALL; DEALLOCATE ALL; UNLISTEN *;"
    " SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES; "
)
"""Makes the session a new one, as DISCARD ALL does, and in a transaction too: after its end a pooler may have given the
session to somebody else. Pending triggers of a temporary table would keep it from being dropped."""


_IS_THERE = ("42P07", "42710", "42P06", "42723", "42701")  # duplicate table, object, schema, function, column


class InUseError(Exception):
    """The file touches what somebody may be using after all: rolled back, and a case for the engine."""


def run(runner: Runner, migration: Migration, taken: frozenset[int]) -> int | None:
    """Runs the file as typed, up to `done`; or journals it statement by statement and returns that unit, which `expand`
    resumes, where it cannot run in one transaction. `taken` are the relations (oids) that may be in use: no strong
    lock is kept on them, and nobody is kept waiting behind one. Raises InUseError where the engine has to do it, else
    one of ours: then nothing of the file remains."""
    if as_typed.one_by_one(migration):
        return _start(runner, migration)
    deadline = time.monotonic() + runner.settings.execute.lock_budget
    while True:
        try:
            _whole(runner, migration, taken)
            break
        except _CutError:
            return _start(runner, migration)
        except LockNotObtained:
            # Short tries only where somebody could stand behind us, so again and again.
            if not taken or time.monotonic() > deadline:
                raise
            time.sleep(runner.settings.execute.lock_pause)
    runner.on_event(StateChanged(migration=migration.name, before="pending", after="done"))
    return None


class _CutError(Exception):
    """The server wants the statement outside of this transaction, or of any."""


def _whole(runner: Runner, migration: Migration, taken: frozenset[int]) -> None:
    """One transaction: the fence, the statements, and the journal row."""
    connection = runner.connection
    if runner.gate is not None:
        runner.gate(f"{migration.number}.typed")
    current: Typed | None = None
    try:
        connection.execute(_begin(connection, runner.settings.execute, patient=not taken).encode())
        runner.fence(connection)
        for current in as_typed.statements(migration):
            _check_stop(runner, migration)
            _refuse_rows(connection, current)
            connection.execute(current.text.encode())
        current = None
        if taken:
            _refuse_taken(connection, taken)
        row = finished.rows((as_typed.planned(migration, why=WHY),))
        end = AS_NEW if as_typed.leaves_traces(migration) else ""
        connection.execute(f"{end}{known.FORGET}; {row}; COMMIT".encode())
    except _CUT as error:
        raise _CutError from error
    except psycopg.Error as error:
        raise _told(migration, current, error) from error
    finally:
        _roll_back(connection)


def _begin(connection: Connection, settings: ExecuteSettings, *, patient: bool) -> str:
    """One message. Where nobody can stand behind us a lock is waited for: an autovacuum yields after a second, and to
    no short try ever."""
    patience = settings.lock_budget if patient else settings.lock_try
    return (
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL row_security = off;"
        f" SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {max(1, round(patience * 1000))};"
        f" SET LOCAL idle_in_transaction_session_timeout = {max(1, round(settings.idle_timeout * 1000))}"
        + ("; SET LOCAL transaction_timeout = 0" if connection.info.server_version >= 170000 else "")
    )


def _roll_back(connection: Connection) -> None:
    if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
        with contextlib.suppress(psycopg.Error):
            connection.rollback()


def _check_stop(runner: Runner, migration: Migration) -> None:
    if runner.stop.is_set():
        raise Interrupted(
            f"Stopped on request, in {migration.name}.",
            state=f"Nothing of {migration.name} remains.",
            hint="The same command goes on with it.",
        )


def _refuse_rows(connection: Connection, typed: Typed) -> None:
    """A directive says what becomes of rows. Where there are some, the engine knows how to do that."""
    if not typed.rows_of:
        return
    row = connection.execute("SELECT pg_catalog.to_regclass(%s) IS NOT NULL", (typed.rows_of,)).fetchone()
    if row is not None and row[0]:
        found = connection.execute(f"SELECT EXISTS (SELECT FROM {typed.rows_of})".encode()).fetchone()
        if found is not None and found[0]:
            raise InUseError


def _refuse_taken(connection: Connection, taken: frozenset[int]) -> None:
    """The witness: a lock that a trigger, a foreign key or a function took on what may be in use."""
    if any(mode.is_strong and oid in taken for oid, mode in held(connection).items()):
        raise InUseError


def _told(migration: Migration, typed: Typed | None, error: psycopg.Error) -> PgwrightError:
    """The driver's error as ours: where in the file, what the server said, what is left, and what to type."""
    state = f"Nothing of {migration.name} remains."
    if is_connection_loss(error):
        state = f"{migration.name} is in the journal as done, or nothing of it remains."
        return translate(error, doing=f"applying {migration.name}", state=state)
    position = error.diag.statement_position
    said = error.diag.message_primary or " ".join(str(error).split())
    said += f" ({error.diag.message_detail})" if error.diag.message_detail else ""
    if typed is None:  # what is checked at the end, as a deferred constraint, has no place
        message = f"{migration.path}: when the file was committed: {said}"
    else:
        place = typed.place(int(position) if position else None)
        message = typed.statement.source.error(said, place).message
    hint = "Correct the file, then run `pgwright apply` again: it goes on with this one."
    if error.sqlstate in _IS_THERE:
        hint += f" If the database has all of this file already: pgwright baseline {migration.name}"
    if error.diag.message_hint:
        hint = f"The server's hint: {error.diag.message_hint} {hint}"
    if is_contention(error):
        return LockNotObtained(message, state=state, hint="Run the same command again.")
    if isinstance(error, sqlstate.InsufficientPrivilege):
        return Refused(message, state=state, hint="`pgwright doctor` names missing grants. Then run the command again.")
    return StepFailed(message, step=f"{migration.number}.typed", sqlstate=error.sqlstate, state=state, hint=hint)


def _start(runner: Runner, migration: Migration) -> int:
    """Journals each statement as a step of its own; psql would run them one by one, too."""
    plan = Plan(
        fingerprint="",
        migrations=(as_typed.planned(migration, why=WHY + "; it cannot run in one transaction"),),
        steps=as_typed.steps(migration),
    )
    with runner.transaction() as connection:
        connection.execute(known.FORGET.encode())
        unit = journal.start_unit(connection, plan)
    runner.on_event(StateChanged(migration=migration.name, before="pending", after="expanding"))
    return unit


def is_typed(record: journal.StepRecord) -> bool:
    """Whether the step is one statement of a file that is run as typed."""
    return record.step.action is not None and record.step.action.name == as_typed.ACTION


def step(runner: Runner, record: journal.StepRecord, *, position: int, total: int) -> None:
    """Runs one typed statement that has a journal row of its own. Raises what stopped it, after noting it."""
    runner.check_stop()
    if runner.gate is not None:
        runner.gate(record.step.id)
    runner.on_event(
        StepStarted(
            step=record.step.id,
            phase=record.step.phase.value,
            kind=record.step.kind.value,
            summary=record.step.summary,
            position=position,
            total=total,
        )
    )
    begun = time.monotonic()
    try:
        if _parameters(record)["alone"] or not _inside(runner, record):
            _outside(runner, record)
    except psycopg.Error as error:
        _be_as_before(runner.connection)
        raise _noted(runner, record, error) from error
    _be_as_before(runner.connection)
    runner.on_event(StepFinished(step=record.step.id, seconds=time.monotonic() - begun))


def _parameters(record: journal.StepRecord) -> dict[str, Any]:
    return dict(record.step.action.parameters) if record.step.action else {}


def _inside(runner: Runner, record: journal.StepRecord) -> bool:
    """The statement and its journal row in one transaction; False where the server wants it in none."""
    done = journal.mark_step(record.unit, record.step.id, "done")
    try:
        with runner.transaction() as connection:
            _set(connection, record)
            connection.execute(record.step.statements[0].encode())
            connection.execute(f"{_OURSELVES}; {done}".encode())
    except _NEEDS_ITS_OWN:
        return False
    return True


def _set(connection: Connection, record: journal.StepRecord) -> None:
    """What earlier statements of the file set: another runner may have run them."""
    for each in _parameters(record)["settings"]:
        connection.execute(each.encode())


def _be_as_before(connection: Connection) -> None:
    """The session as it began, but for temporary tables, which later statements of the file may use."""
    if not connection.closed:
        with contextlib.suppress(psycopg.Error):
            connection.execute(f"{_OURSELVES}; RESET ALL".encode())


def _outside(runner: Runner, record: journal.StepRecord) -> None:
    """The statement by itself, outside of any transaction; no timeout of the role runs over it."""
    with runner.transaction() as connection:
        connection.execute(journal.mark_step(record.unit, record.step.id, "running").encode())
    connection.execute("SET statement_timeout = 0")
    _set(connection, record)
    connection.execute(record.step.statements[0].encode())
    _be_as_before(connection)
    with runner.transaction() as connection:
        connection.execute(journal.mark_step(record.unit, record.step.id, "done").encode())


def _noted(runner: Runner, record: journal.StepRecord, error: psycopg.Error) -> PgwrightError:
    """Ours, with the place of the statement; noted in the journal where that is possible."""
    parameters = _parameters(record)
    said = error.diag.message_primary or " ".join(str(error).split())
    message = f"{parameters['file']}:{parameters['line']}:{parameters['column']}: {said}"
    if is_connection_loss(error):
        return ConnectError(message, state=StepFailed.default_state, hint="Run the same command again.")
    told = StepFailed(
        message,
        step=record.step.id,
        sqlstate=error.sqlstate,
        state="The statements before it are done: this file cannot run in one transaction.",
        hint="When the cause is gone `pgwright apply` goes on with this statement. To change the file, first: "
        f"pgwright rollback {record.migration}, which undoes none of them.",
    )
    note = {"name": told.name, "message": told.message, "state": told.state, "hint": told.hint, "exit_code": 5}
    with contextlib.suppress(psycopg.Error, PgwrightError), runner.transaction() as connection:
        connection.execute(journal.mark_step(record.unit, record.step.id, "failed", error=note).encode())
        journal.set_error(connection, [record.migration or ""], note)
    return told
