"""Several workers of one pass, each with a connection, a fence and a pace of its own.

The caller's thread is the first worker, and the only one that tells events; the others are threads beside it. Chunks
are claimed with SKIP LOCKED; which of them the others have in hand between two batches is known here, because only
one process may hold the lease. An error of one worker ends all between two batches, and is the error of the pass.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ...activity.blockers import blockers
from ...base.errors import LockNotObtained, PgwrightError
from ...base.lock import LockMode
from ...connect.retry import is_connection_loss
from . import chunks, rounds
from .batch import Batches, Job, Outcome

Connection = psycopg.Connection[tuple[Any, ...]]
BUSY_PAUSE = 0.01  # seconds until a worker without a chunk looks again
LOST_PAUSE = 0.5  # seconds between two tries to connect again


@dataclass
class Crew:
    """What the workers of a pass share. `over` ends all; `moved` tells that the table must be looked at again."""

    job: Job
    verdict: rounds.Verdict = field(default_factory=rounds.Verdict)
    over: threading.Event = field(default_factory=threading.Event)
    moved: bool = False
    error: BaseException | None = None
    notices: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    filled_at: float = field(default_factory=time.monotonic)
    batches: int = 0
    members: list[Worker] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows filled by all."""
        return sum(member.batches.rows for member in self.members)

    def taken(self, but: Worker) -> set[chunks.Key]:
        """The chunks in the hands of the others."""
        walks = [member.batches.walk for member in self.members if member is not but]
        return {walk.key for walk in walks if walk is not None}

    def fail(self, error: BaseException) -> None:
        """Ends all; the first error counts."""
        if self.error is None:
            self.error = error
        self.over.set()

    def run(self, connects: list[Callable[[], Connection]], between: list[Callable[[], None]]) -> bool:
        """Works with one worker for each of `connects` until no chunk is left (False), or the table has moved (True).
        Each calls its `between` before every batch. Raises what ended it, after all have ended their batch."""
        self.members = [
            Worker(crew=self, connect=connect, between=call) for connect, call in zip(connects, between, strict=True)
        ]
        threads = [
            threading.Thread(target=member.run_aside, name=f"pgwright-worker-{number}", daemon=True)
            for number, member in enumerate(self.members[1:], 2)
        ]
        for thread in threads:
            thread.start()
        try:
            self.members[0].run()
        except BaseException as error:
            self.fail(error)
            raise
        finally:
            if self.error is None and not self.moved:
                self._wait_for_others(threads)
            self.over.set()
            for thread in threads:
                thread.join()
        if self.error is not None:
            raise self.error
        return self.moved

    def _wait_for_others(self, threads: list[threading.Thread]) -> None:
        """The first worker found nothing to do; the others may still be at their last batch."""
        while any(thread.is_alive() for thread in threads) and not self.over.is_set():
            self.over.wait(BUSY_PAUSE)


@dataclass(eq=False)
class Worker:
    """One worker. `connect` gives its session, made again where it was lost."""

    crew: Crew
    connect: Callable[[], Connection]
    between: Callable[[], None]

    def __post_init__(self) -> None:
        self.batches = Batches(self.crew.job, lambda: self.crew.taken(self), self.crew.verdict)
        self._lost_since: float | None = None
        self._unusable: PgwrightError | None = None
        self._connection: Connection | None = None

    def run_aside(self) -> None:
        """As `run`, in a thread of its own: an error is handed to the first worker, and its session is closed."""
        try:
            self.run()
        except BaseException as error:  # noqa: BLE001 - it is raised by the first worker
            self.crew.fail(error)
        finally:
            if self._connection is not None:
                self._connection.close()

    def run(self) -> None:
        """Batch after batch until nothing is left or all are told to end."""
        crew, waiting_since = self.crew, None
        while not crew.over.is_set():
            begun = time.monotonic()
            self.between()
            if waiting_since is not None:
                waiting_since += time.monotonic() - begun  # while the pass is held, nobody loses patience
            outcome = self._batch()
            crew.batches += 1
            if outcome is Outcome.END:
                return
            if outcome is Outcome.MOVED:
                crew.moved = True
                crew.over.set()
            elif outcome is Outcome.BUSY:
                crew.over.wait(BUSY_PAUSE)
            elif outcome is Outcome.FILLED:
                crew.filled_at = time.monotonic()
            elif outcome is Outcome.LOCKED:
                waiting_since = self._wait(waiting_since)
            if crew.job.settings.batch_pause:
                crew.over.wait(crew.job.settings.batch_pause)

    def _batch(self) -> Outcome:
        """One batch; a lost connection is made again, as long as the lock budget lasts."""
        try:
            connection = self._connected()
            if connection is not self._connection:  # what was done in the former one may be lost
                self.batches.forget()
                if self._connection is not None and self._lost_since is None:
                    self._tell_loss()
                self._connection = connection
            outcome = self.batches.run(connection)
        except (psycopg.Error, PgwrightError) as error:
            if not self._is_lost(error):
                raise
            self._unusable = None
            self.batches.forget()
            self._again()
            return Outcome.RETRY
        self._lost_since = None
        return outcome

    def _connected(self) -> Connection:
        """The session. One that cannot be made again is as good as lost: after a failover the server may still be a
        standby for a moment."""
        try:
            return self.connect()
        except PgwrightError as error:
            self._unusable = error
            raise

    def _is_lost(self, error: BaseException) -> bool:
        closed = isinstance(error, psycopg.Error) and self._connection is not None and self._connection.closed
        if not (closed or error is self._unusable or is_connection_loss(error)):
            return False
        now = time.monotonic()
        if self._lost_since is None:
            self._lost_since = now
            self._tell_loss()
        return now - self._lost_since <= self.crew.job.settings.lock_budget

    def _tell_loss(self) -> None:
        self.crew.notices.append("The connection of a worker was lost; it is made again.")

    def _again(self) -> None:
        if self._connection is not None and not self._connection.closed:
            self._connection.close()
            return
        if self._lost_since is not None and time.monotonic() - self._lost_since > BUSY_PAUSE:
            self.crew.over.wait(LOST_PAUSE)

    def _wait(self, since: float | None) -> float:
        """After a batch in which only locked rows were left, for the first time at `since`. While others fill, there is
        no hurry; that they had the same rows in hand meanwhile is no reason to begin anew."""
        now, settings = time.monotonic(), self.crew.job.settings
        since = max(since or now, self.crew.filled_at)
        if now - since > settings.backfill_patience:
            found = blockers(self.connect(), [self.crew.job.now.table.oid], LockMode.EXCLUSIVE)
            sentences = tuple(blocker.sentence for blocker in found)
            raise LockNotObtained(
                f"rows that others have locked could not be filled in {settings.backfill_patience:g} s: "
                f"{'; '.join(sentences)}",
                blockers=sentences,
                state="All other rows are filled; nothing is lost.",
                hint="End that transaction, then run the same command again: it goes on with the rest.",
            )
        self.crew.over.wait(min(0.5, 0.05 + (now - since) / 10))
        return since
