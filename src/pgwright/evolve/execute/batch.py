"""One batch of the pass: a transaction of about 40 ms that fills some blocks of one chunk and notes how far it came.

Everything before the first row is one message to the server: the transaction, its settings, the fence, the chunk, the
lock on the table and the file it lies in. The end is another. Between them each slice is one. A message costs a round
trip, and rows stay locked meanwhile; with a message for each of these a tenth of the time went there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import psycopg
from psycopg import errors

from ...base.errors import StepFailed
from ...config.settings import ExecuteSettings
from ...sql.quote import literal
from ..sync.body import PASS
from ..sync.fill import Fill
from . import chunks, disk, refusal, rounds
from .live import Live

Connection = psycopg.Connection[tuple[Any, ...]]
CONTENTION = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
MOST_BLOCKS = 1024
SLICE = 32  # blocks of one statement, 10 to 20 ms where they are full

# Roles and databases may have other defaults.
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE, NOT DEFERRABLE"


class Outcome(Enum):
    """What became of a batch. `RETRY`: its chunk is not there any more, the next one takes another; `BUSY`: all that is
    left is in other hands; `LOCKED`: only locked rows were left; `MOVED`: the table must be looked at again."""

    FILLED = auto()
    LOCKED = auto()
    RETRY = auto()
    BUSY = auto()
    MOVED = auto()
    END = auto()


@dataclass
class Pace:
    """How many blocks the next batch takes, from how long the last one took."""

    target: float
    size: int = 8

    def took(self, size: int, seconds: float) -> None:
        """Learns from a batch: grows by at most half, shrinks by at most five."""
        wanted = size * self.target / max(seconds, 0.001)
        self.size = int(max(1, min(max(wanted, size / 5), size * 1.5 + 1, MOST_BLOCKS)))


@dataclass(frozen=True, kw_only=True)
class Job:
    """What all workers of a pass do: fill table `now` with `statements` (one for each round) on a server of `version`.
    `fence` raises where `fence_statement` answers no row; `behind` is what is asked before COMMIT,
    from `disk.statement`."""

    unit: int
    step: str
    now: Live
    statements: tuple[Fill, ...]
    settings: ExecuteSettings
    version: int
    fence_statement: str
    fence: Callable[[Connection], None]
    behind: str

    @property
    def whole(self) -> Fill:
        """The statement without a round's own condition."""
        return self.statements[-1]

    def opening(self) -> str:
        """What every batch begins with, up to the fence."""
        values = {
            "lock_timeout": f"{max(1, round(self.settings.batch_lock_timeout * 1000))}ms",
            "statement_timeout": "0",
            "idle_in_transaction_session_timeout": f"{round(self.settings.idle_timeout * 1000)}ms",
            "row_security": "off",
            "synchronous_commit": "off",
            "enable_seqscan": "off",
            PASS: self.whole.setting,
        }
        if self.version >= 170000:
            values["transaction_timeout"] = "0"
        if self.now.table.silenced:
            values["session_replication_role"] = "replica"
        settings = ", ".join(
            f"pg_catalog.set_config({literal(name)}, {literal(value)}, true)" for name, value in values.items()
        )
        return f"{_BEGIN}; SELECT {settings}; {self.fence_statement}"

    def part(self, relation: int) -> str | None:
        """The quoted name of a heap of the table; None where it is none any more."""
        return next((part.sql for part in self.now.table.parts if part.oid == relation), None)


class Batches:
    """The batches of one worker. `taken` are the chunks in the hands of the others, `verdict` is shared with them."""

    def __init__(self, job: Job, taken: Callable[[], set[chunks.Key]], verdict: rounds.Verdict) -> None:
        self._job, self._taken, self._verdict = job, taken, verdict
        self._pace = Pace(target=job.settings.batch_target)
        self.walk: rounds.Walk | None = None
        self.rows = 0
        self._size = 0  # of the last batch, in full blocks
        self._began = 0.0  # when its first row was locked
        self._behind = 0  # bytes of WAL that were not on the disk when it ended

    def run(self, connection: Connection) -> Outcome:
        """One batch. Raises StepFailed for a row that `up` refuses and for a table that changed, LeaseLost, and what
        the server says; the transaction is over then."""
        try:
            outcome = self._transaction(connection)
        except CONTENTION:
            _roll_back(connection)
            return Outcome.LOCKED
        except (errors.UndefinedTable, errors.UndefinedColumn) as error:
            _roll_back(connection)
            raise StepFailed(
                f"the table changed under the pass: {error.diag.message_primary}",
                step=self._job.step,
                sqlstate=error.sqlstate,
                hint="`pgwright rollback` closes what was begun; or put it back and run the same command again.",
            ) from error
        except BaseException:
            _roll_back(connection)
            raise
        if outcome is Outcome.FILLED:
            self._pace.took(self._size, time.monotonic() - self._began)
            disk.catch_up(connection, self._behind)
        return outcome

    def forget(self) -> None:
        """Lets go of the chunk; what was filled of it stays filled."""
        self.walk = None

    def _transaction(self, connection: Connection) -> Outcome:
        job, walk = self._job, self.walk
        answers = _ask(connection, self._opening())
        if not answers[1]:
            job.fence(connection)
        if not answers[2]:
            return self._nothing(connection)
        chunk = chunks.claimed(answers[2][0])
        part = job.part(chunk.relation)
        if part is None:
            self.forget()
            _ask(connection, f"{chunks.drop(job.unit, job.step, chunk.relation)}; COMMIT")
            return Outcome.MOVED
        if walk is None:
            walk = self.walk = self._verdict.begin(chunk)
            answers += _ask(connection, _lock(part, chunk.relation))
        walk.found(chunk)
        if answers[3][0][0] != chunk.file_node:  # another file than the one whose blocks were counted
            self.forget()
            _roll_back(connection)
            return Outcome.MOVED
        return self._fill(connection, walk, part)

    def _opening(self) -> str:
        job, walk = self._job, self.walk
        claim = chunks.claim(job.unit, job.step, wanted=walk.key if walk else None, taken=self._taken())
        text = f"{job.opening()}; {claim}"
        part = job.part(walk.chunk.relation) if walk else None
        return f"{text}; {_lock(part, walk.chunk.relation)}" if walk and part else text

    def _nothing(self, connection: Connection) -> Outcome:
        """No chunk could be claimed."""
        job, had = self._job, self.walk is not None
        self.forget()
        if had:
            _roll_back(connection)
            return Outcome.RETRY
        left = _ask(connection, f"{chunks.any_left(job.unit, job.step)}; ROLLBACK")[0][0][0]
        return Outcome.BUSY if left else Outcome.END

    def _fill(self, connection: Connection, walk: rounds.Walk, part: str) -> Outcome:
        job, chunk = self._job, walk.chunk
        upto, rows, left = self._slices(connection, walk, part)
        if left:
            notes = chunks.put_back(job.unit, job.step, chunk, upto, rows)
        elif walk.is_last:
            notes = [chunks.advance(job.unit, job.step, chunk, upto, walk.share(upto), rows)]
        else:
            notes = [chunks.walked(job.unit, job.step, chunk, walk.share(upto), rows)]
        answers = _ask(connection, "; ".join([*notes, _hot(chunk.relation), job.behind, "COMMIT"]))
        self.rows += rows
        self._size = -(-(upto - walk.at) // walk.thinness)
        hot, updated = answers[0][0]
        self._behind = int(answers[1][0][-1])
        if walk.round >= 2 and updated:
            walk.best = max(walk.best, hot / updated)
        if left:
            self.forget()
            return Outcome.FILLED if rows else Outcome.LOCKED
        if walk.is_last and upto >= chunk.last_block:
            self._verdict.ended(walk)
            self.forget()
        walk.went(upto)
        return Outcome.FILLED

    def _slices(self, connection: Connection, walk: rounds.Walk, part: str) -> tuple[int, int, bool]:
        """Fills in slices until the time of a batch is over: how far it got, rows filled, and whether locked ones are
        left. How many rows the next block holds cannot be known: after a stretch of dead ones a batch of that size took
        440 ms, with every row that it touched locked for as long."""
        begun = self._began = time.monotonic()
        thinness = walk.thinness
        end = min(walk.at + self._pace.size * thinness, walk.chunk.last_block)
        upto, rows, left = walk.at, 0, False
        while (
            upto < end and not left and (upto == walk.at or time.monotonic() - begun < self._job.settings.batch_target)
        ):
            first, upto = upto, min(upto + SLICE * thinness, end)
            filled, left = self._slice(connection, walk, part, first, upto)
            rows += filled
        return upto, rows, left

    def _slice(self, connection: Connection, walk: rounds.Walk, part: str, first: int, last: int) -> tuple[int, bool]:
        """Rows filled in blocks [first, last), and whether locked ones are left. One message: the time between messages
        is time in which rows stay locked."""
        whole = self._job.whole
        statement = whole if walk.is_last else self._job.statements[walk.round]
        try:
            update = statement.update(part, first, last)
            cursor = connection.execute(f"SAVEPOINT slice; {update}; RELEASE SAVEPOINT slice".encode())
        except CONTENTION:
            connection.execute("ROLLBACK TO SAVEPOINT slice")
            if not walk.is_last:
                walk.skipped = True
                return 0, False
            rows = connection.execute(whole.update_unlocked(part, first, last).encode()).rowcount
            still = connection.execute(whole.left(part, first, last).encode()).fetchone()
            return rows, bool(still and still[0])
        except (errors.DataError, errors.IntegrityError) as error:
            connection.execute("ROLLBACK TO SAVEPOINT slice")
            raise refusal.of_row(connection, self._job.step, whole, part, first, last, error) from error
        cursor.nextset()
        return cursor.rowcount, False


def _lock(part: str, relation: int) -> str:
    """Locks the heap and asks under the lock for its file."""
    return f"LOCK TABLE ONLY {part} IN ROW EXCLUSIVE MODE; SELECT pg_catalog.pg_relation_filenode({relation:d})::bigint"


def _hot(relation: int) -> str:
    """HOT updates and all updates of this session that the server has not summed up yet: those of the last second."""
    return (
        f"SELECT pg_catalog.pg_stat_get_xact_tuples_hot_updated({relation:d}), "
        f"pg_catalog.pg_stat_get_xact_tuples_updated({relation:d})"
    )


def _ask(connection: Connection, text: str) -> list[list[tuple[Any, ...]]]:
    """Sends statements as one message; the rows of each that answers with rows."""
    cursor = connection.execute(text.encode())
    found: list[list[tuple[Any, ...]]] = []
    while True:
        if cursor.description is not None:
            found.append(cursor.fetchall())
        if not cursor.nextset():
            return found


def _roll_back(connection: Connection) -> None:
    """Ends the transaction; a session in which that cannot be done is given up."""
    if connection.closed or connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        return
    try:
        connection.execute("ROLLBACK")
    except psycopg.Error:
        with contextlib.suppress(psycopg.Error):
            connection.close()
