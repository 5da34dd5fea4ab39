"""The pass: fills the new columns of one table in many small transactions while the application works.

A batch lasts about 40 ms, by adaptive size: longer ones are felt (200 ms batches stalled clients for 200 ms, 40 ms
ones ran at 0.94x of one big UPDATE). Its lock_timeout is far below deadlock_timeout, so that the application is never
the victim of a deadlock; a batch that meets a locked row takes the others and comes back for it. `batch` is one of
them, `workers` runs them side by side, `rounds` keeps new versions where the old ones were.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ...base.errors import Interrupted, PgwrightError
from ...base.event import BackfillProgress, Notice, OnEvent
from ...config.settings import Settings
from ...connect.retry import is_connection_loss
from ..sync.fill import fill
from . import chunks, disk, journal, live, rounds
from .batch import Job
from .lease import Lease
from .throttle import Throttle
from .workers import Crew

Connection = psycopg.Connection[tuple[Any, ...]]
TELL = 0.25  # seconds between two events


@dataclass
class Pass:
    """One run of the pass over one table. `connect` gives the session of the caller, `other` that of a further worker
    by its name; both are made again where they were lost."""

    connect: Callable[[], Connection]
    other: Callable[[str], Connection]
    unit: int
    step: str
    relation: int
    links: tuple[str, ...]
    settings: Settings
    on_event: OnEvent
    lease: Lease
    stopped: Callable[[], bool]
    started: float = field(default_factory=time.monotonic)
    rows: int = 0
    told: float = 0.0
    name: str = ""
    held: float = 0.0  # seconds for which the throttle held it
    done_before: int | None = None
    verdict: rounds.Verdict = field(default_factory=rounds.Verdict)

    def run(self) -> None:
        """Works until every row is filled. Raises Interrupted between batches, StepFailed for a row that `up`
        refuses, LockNotObtained when locked rows stay locked."""
        job, todo = self._look()
        if job is None or not todo:
            self._tell(None, None, force=True)
            return
        parts = [part.oid for part in job.now.table.parts]
        with Throttle(
            self.settings, self.lease, relations=parts, step=self.step, name=self.name, vacuum=True
        ) as throttle:
            while job is not None and todo:
                crew = Crew(job=job, verdict=self.verdict)
                try:
                    crew.run(*self._members(crew, throttle, todo))
                finally:
                    self.rows += crew.rows
                    self._pass_on(crew)
                job, todo = self._look()
        self._tell(None, None, force=True)

    def _look(self) -> tuple[Job | None, int]:
        """What there is to do now, and how many chunks of it; None where no link is open any more."""
        connection, execute = self.connect(), self.settings.execute
        now = live.look(connection, self.relation)
        self.name = now.table.root_sql
        known = journal.links(connection, self.relation)
        open_links = [link for link in known if link.id in self.links]
        carried = [link for link in known if link.id not in self.links]
        if not open_links:
            return None, 0
        with connection.transaction():
            idle = f"SET LOCAL idle_in_transaction_session_timeout = {round(execute.idle_timeout * 1000)}"
            connection.execute(idle.encode())
            self.lease.fence(connection)
            todo = chunks.plan(connection, self.unit, self.step, now.table)
        job = Job(
            unit=self.unit,
            step=self.step,
            now=now,
            statements=rounds.parts(fill(now.table, open_links, carried=carried)),
            settings=execute,
            version=connection.info.server_version,
            fence_statement=self.lease.fence_statement,
            fence=self.lease.fence,
            behind=disk.statement(connection),
        )
        return job, todo

    def _members(
        self, crew: Crew, throttle: Throttle, todo: int
    ) -> tuple[list[Callable[[], Connection]], list[Callable[[], None]]]:
        """How each worker connects, and what it does before each batch. No more of them than chunks."""
        others = range(2, min(self.settings.execute.workers, todo) + 1)
        connects: list[Callable[[], Connection]] = [self.connect]
        connects += (functools.partial(self.other, f"worker {number}") for number in others)
        between: list[Callable[[], None]] = [functools.partial(self._between, crew, throttle)]
        between += [functools.partial(self._aside, crew, throttle) for _ in others]
        return connects, between

    def _between(self, crew: Crew, throttle: Throttle) -> None:
        """Of the first worker: tells events, waits while the throttle holds, and ends on a wish to stop."""
        if crew.batches:
            self._tell(crew, throttle, force=False)
        self._check_stop()
        begun = time.monotonic()
        for told in throttle.waiting(crew.over):
            self._check_stop()
            if told is not None:
                self.on_event(told)
                if not self._answers():
                    break
        self.held += time.monotonic() - begun

    def _answers(self) -> bool:
        """Whether the server is there. Where it is not, the throttle sees nothing and would hold for ever; the next
        batch finds it out, and for how long that may last."""
        try:
            self.connect().execute("SELECT 1")
        except (psycopg.Error, PgwrightError):
            return False
        return True

    def _aside(self, crew: Crew, throttle: Throttle) -> None:
        """Of the other workers: waits while the throttle holds."""
        self._check_stop()
        for _ in throttle.waiting(crew.over):
            self._check_stop()

    def _check_stop(self) -> None:
        if self.stopped():
            raise Interrupted("Stopped on request, between two batches.", hint="The same command goes on from here.")

    def _pass_on(self, crew: Crew) -> None:
        """What the workers have to say."""
        while crew.notices:
            self.on_event(Notice(step=self.step, message=crew.notices.popleft()))

    def _tell(self, crew: Crew | None, throttle: Throttle | None, *, force: bool) -> None:
        now = time.monotonic()
        if not force and now - self.told < TELL:
            return
        self.told = now
        if crew is not None:
            self._pass_on(crew)
        try:
            done = chunks.progress(self.connect(), self.unit, self.step)
        except (psycopg.Error, PgwrightError) as error:
            if force or not (isinstance(error, PgwrightError) or is_connection_loss(error)):
                raise
            return  # the next batch makes it again
        if self.done_before is None:
            self.done_before = done.blocks_done
        rows = self.rows + (crew.rows if crew is not None else 0)
        seconds = now - self.started - self.held
        here = done.blocks_done - self.done_before  # a pass that goes on was at work before
        per_block = seconds / max(here, 1)
        event = BackfillProgress(
            step=self.step,
            relation=self.name,
            blocks_done=done.blocks_done,
            blocks_total=done.blocks_total,
            rows=rows,
            rows_per_second=rows / seconds if seconds > 0.5 else 0.0,
            seconds_left=(done.blocks_total - done.blocks_done) * per_block if seconds > 1.0 and here > 0 else None,
        )
        if throttle is not None:
            throttle.note(event)
        self.on_event(event)
