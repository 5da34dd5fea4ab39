"""The pass: fills the new columns of one table in many small transactions while the application works.

A batch lasts about 40 ms, by adaptive size: longer ones are felt (200 ms batches stalled clients for 200 ms, 40 ms
ones ran at 0.94x of one big UPDATE). Its lock_timeout is far below deadlock_timeout, so that the application is never
the victim of a deadlock; a batch that meets a locked row takes the others and comes back for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors

from ...activity.blockers import blockers
from ...base.errors import Interrupted, LockNotObtained, StepFailed
from ...base.event import BackfillProgress, OnEvent
from ...base.lock import LockMode
from ...config.settings import ExecuteSettings
from ...sql.quote import literal
from ..sync.body import PASS
from ..sync.fill import Fill, blocks, fill
from . import chunks, journal, live

Connection = psycopg.Connection[tuple[Any, ...]]
CONTENTION = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
MOST_BLOCKS = 1024
SLICE = 32  # blocks of one statement, 10 to 20 ms where they are full


@dataclass
class Pace:
    """How many blocks the next batch takes, from how long the last one took."""

    target: float
    size: int = 8

    def took(self, size: int, seconds: float) -> None:
        """Learns from a batch: grows by at most half, shrinks by at most five."""
        wanted = size * self.target / max(seconds, 0.001)
        self.size = int(max(1, min(max(wanted, size / 5), size * 1.5 + 1, MOST_BLOCKS)))


@dataclass
class Pass:
    """One run of the pass over one table."""

    connection: Connection
    unit: int
    step: str
    relation: int
    links: tuple[str, ...]
    settings: ExecuteSettings
    on_event: OnEvent
    fence: Callable[[Connection], None]
    stopped: Callable[[], bool]
    started: float = field(default_factory=time.monotonic)
    rows: int = 0
    told: float = 0.0
    name: str = ""

    def run(self) -> None:
        """Works until every row is filled. Raises Interrupted between batches, StepFailed for a row that `up`
        refuses, LockNotObtained when locked rows stay locked."""
        pace = Pace(target=self.settings.batch_target)
        while True:
            now = live.look(self.connection, self.relation)
            open_links = [link for link in journal.links(self.connection, self.relation) if link.id in self.links]
            if not open_links:
                return
            self.name = now.table.root_sql
            statement = fill(now.table, open_links)
            with self.connection.transaction():
                self.fence(self.connection)
                chunks.plan(self.connection, self.unit, self.step, now.table)
            if self._walk(now, statement, pace):
                continue
            with self.connection.transaction():
                self.fence(self.connection)
                chunks.plan(self.connection, self.unit, self.step, live.look(self.connection, self.relation).table)
            done = chunks.progress(self.connection, self.unit, self.step)
            if done.blocks_done >= done.blocks_total:
                self._tell(force=True)
                return

    def _walk(self, now: live.Live, statement: Fill, pace: Pace) -> bool:
        """Batches until no chunk is left (False), or the table has to be looked at again (True)."""
        waiting_since: float | None = None
        while True:
            if self.stopped():
                raise Interrupted(
                    "Stopped on request, between two batches.", hint="The same command goes on from here."
                )
            outcome = self._batch(now, statement, pace)
            self._tell(force=False)
            if outcome in ("end", "again"):
                return outcome == "again"
            waiting_since = self._wait(waiting_since) if outcome == "locked" else None
            if self.settings.batch_pause:
                time.sleep(self.settings.batch_pause)

    def _wait(self, since: float | None) -> float:
        """After a batch in which only locked rows were left."""
        now = time.monotonic()
        since = since or now
        if now - since > self.settings.backfill_patience:
            found = blockers(self.connection, [self.relation], LockMode.EXCLUSIVE)
            sentences = tuple(blocker.sentence for blocker in found)
            raise LockNotObtained(
                f"rows that others have locked could not be filled in {self.settings.backfill_patience:g} s: "
                f"{'; '.join(sentences)}",
                blockers=sentences,
                state="All other rows are filled; nothing is lost.",
                hint="End that transaction, then run the same command again: it goes on with the rest.",
            )
        time.sleep(min(0.5, 0.05 + (now - since) / 10))
        return since

    def _batch(self, now: live.Live, statement: Fill, pace: Pace) -> str:
        begun = time.monotonic()
        size = pace.size
        try:
            with self.connection.transaction():
                outcome, size = self._batch_in_transaction(now, statement, size)
        except CONTENTION:
            return "locked"
        except (errors.UndefinedTable, errors.UndefinedColumn) as error:
            raise StepFailed(
                f"the table changed under the pass: {error.diag.message_primary}",
                step=self.step,
                sqlstate=error.sqlstate,
                hint="`pgwright rollback` closes what was begun; or put it back and run the same command again.",
            ) from error
        if outcome == "filled":
            pace.took(size, time.monotonic() - begun)
        return outcome

    def _batch_in_transaction(self, now: live.Live, statement: Fill, size: int) -> tuple[str, int]:
        connection = self.connection
        connection.execute(self._settings(statement, now.table.silenced).encode())
        self.fence(connection)
        chunk = chunks.claim(connection, self.unit, self.step)
        if chunk is None:
            return "end", size
        part = now.sql_of(chunk.relation) if chunk.relation in {p.oid for p in now.table.parts} else None
        if part is None:
            connection.execute(
                "DELETE FROM pgwright.chunk WHERE unit = %s AND step = %s AND relation = %s",
                (self.unit, self.step, chunk.relation),
            )
            return "again", size
        connection.execute(f"LOCK TABLE ONLY {part} IN ROW EXCLUSIVE MODE".encode())
        if chunks.rewritten(connection, chunk):
            return "again", size
        upto, rows, left = self._fill(statement, part, chunk, min(chunk.next_block + size, chunk.last_block))
        self.rows += rows
        if left:
            chunks.put_back(connection, self.unit, self.step, chunk, upto, rows)
            return ("filled" if rows else "locked"), upto - chunk.next_block
        chunks.advance(connection, self.unit, self.step, chunk, upto, rows)
        return "filled", upto - chunk.next_block

    def _fill(self, statement: Fill, part: str, chunk: chunks.Chunk, end: int) -> tuple[int, int, bool]:
        """Fills a batch of `chunk` in slices, at most up to block `end`, until its time is over: how far it got, rows
        filled, and whether locked ones are left. How many rows the next block holds cannot be known: after a stretch
        of dead ones a batch of that size took 440 ms, with every row that it touched locked for as long."""
        begun = time.monotonic()
        upto, rows, left = chunk.next_block, 0, False
        while (
            upto < end
            and not left
            and (upto == chunk.next_block or time.monotonic() - begun < self.settings.batch_target)
        ):
            first, upto = upto, min(upto + SLICE, end)
            filled, left = self._update(statement, part, first, upto)
            rows += filled
        return upto, rows, left

    def _update(self, statement: Fill, part: str, first: int, last: int) -> tuple[int, bool]:
        """Rows filled in blocks [first, last), and whether locked ones are left. One message: the time between messages
        is time in which rows stay locked."""
        update = statement.update(part, first, last)
        try:
            cursor = self.connection.execute(f"SAVEPOINT slice; {update}; RELEASE SAVEPOINT slice".encode())
        except CONTENTION:
            self.connection.execute("ROLLBACK TO SAVEPOINT slice")
            rows = self.connection.execute(statement.update_unlocked(part, first, last).encode()).rowcount
            left = self.connection.execute(statement.left(part, first, last).encode()).fetchone()
            return rows, bool(left and left[0])
        except (errors.DataError, errors.IntegrityError) as error:
            self.connection.execute("ROLLBACK TO SAVEPOINT slice")
            raise self._bad_row(statement, part, first, last, error) from error
        cursor.nextset()
        return cursor.rowcount, False

    def _settings(self, statement: Fill, silenced: bool) -> str:
        values = {
            "lock_timeout": f"{max(1, round(self.settings.batch_lock_timeout * 1000))}ms",
            "statement_timeout": "0",
            "idle_in_transaction_session_timeout": f"{round(self.settings.idle_timeout * 1000)}ms",
            "row_security": "off",
            "synchronous_commit": "off",
            "enable_seqscan": "off",
            PASS: statement.setting,
        }
        if self.connection.info.server_version >= 170000:
            values["transaction_timeout"] = "0"
        if silenced:
            values["session_replication_role"] = "replica"
        return ";".join(
            f"SELECT pg_catalog.set_config({literal(name)}, {literal(value)}, true)" for name, value in values.items()
        )

    def _bad_row(self, statement: Fill, part: str, first: int, last: int, error: psycopg.Error) -> StepFailed:
        """Names the row that `up` refuses: its content, the value's error, and how to go on."""
        rows = self.connection.execute(
            f"SELECT ctid::text, pg_catalog.left(pg_catalog.to_jsonb(t)::text, 300) FROM ONLY {part} t "
            f"WHERE {blocks(first, last)}".encode()
        ).fetchall()
        for ctid, shown in rows:
            try:
                with self.connection.transaction():
                    self.connection.execute(
                        f"SELECT {statement.values} FROM ONLY {part} WHERE ctid = {literal(ctid)}::tid".encode()
                    )
                    self.connection.execute(
                        f"UPDATE ONLY {part} SET {statement.set_list} WHERE ctid = {literal(ctid)}::tid AND "
                        f"{statement.condition}".encode()
                    )
                    raise psycopg.Rollback
            except (errors.DataError, errors.IntegrityError) as found:
                return self._refused(part, shown, found)
        return self._refused(part, "(it could not be singled out)", error)

    def _refused(self, part: str, shown: str, error: psycopg.Error) -> StepFailed:
        return StepFailed(
            f"up refuses a row of {part}: {error.diag.message_primary}. The row: {shown}",
            step=self.step,
            sqlstate=error.sqlstate,
            state="The rows before it are filled, both applications work on.",
            hint="Correct the row and run `pgwright expand` again, it goes on from here; or `pgwright rollback`.",
        )

    def _tell(self, *, force: bool) -> None:
        now = time.monotonic()
        if not force and now - self.told < 0.25:
            return
        self.told = now
        done = chunks.progress(self.connection, self.unit, self.step)
        seconds = now - self.started
        rate = self.rows / seconds if seconds > 0.5 else 0.0
        measured = seconds > 1.0 and done.blocks_done > 0
        per_block = seconds / max(done.blocks_done, 1)
        self.on_event(
            BackfillProgress(
                step=self.step,
                relation=self.name,
                blocks_done=done.blocks_done,
                blocks_total=done.blocks_total,
                rows=self.rows,
                rows_per_second=rate,
                seconds_left=(done.blocks_total - done.blocks_done) * per_block if measured else None,
            )
        )
