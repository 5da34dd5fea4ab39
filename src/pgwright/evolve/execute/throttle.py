"""Holds a pass back while somebody asked for it, or while it would hurt: read twice a second, on a session of its own.

It fails closed: what has a limit and cannot be seen holds the pass, and so does a throttle that does not answer; the
reason says what to type. Nothing is ended by it and nothing is slowed down; a pass that is held holds no lock.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import psycopg

from ...base import registry
from ...base.errors import ConnectError
from ...base.event import BackfillHeld, BackfillProgress, BackfillReleased
from ...config import limits
from ...config.settings import Settings
from ...connect import session
from ...connect.retry import is_connection_loss
from ...sql.quote import ident
from . import control
from .lease import Lease
from .probe import Probe
from .reading import Look, Seen, Unseen
from .vacuum import Nudge

EVERY = 0.5  # seconds between two looks
STALE = 10.0  # seconds after which a throttle that has not answered counts as one that cannot see
POLL = 0.05  # seconds between two questions of a worker that waits
TIMEOUT = "SET TRANSACTION READ WRITE; SET LOCAL statement_timeout = 3000; SET LOCAL lock_timeout = 1000; "
PAUSED = "paused"


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Why the pass is held. `key` is a reading, `paused`, or `throttle` for the throttle itself."""

    key: str
    reason: str
    since: float


class Throttle:
    """Looks from `__enter__` to `__exit__`; the first look is over when it is entered. `relations` are the table and
    its parts, `name` what events call it. With `vacuum` the dead rows of a pass are cleared away meanwhile."""

    def __init__(
        self,
        settings: Settings,
        lease: Lease,
        *,
        relations: Sequence[int],
        step: str,
        name: str,
        vacuum: bool = False,
    ) -> None:
        self._settings, self._lease, self._step, self._name = settings, lease, step, name
        self._relations = tuple(relations)
        self._dsn = settings.direct_dsn or settings.dsn
        self._connection: session.Connection | None = None
        self._probe = Probe(self._dsn, lease.epoch)
        self._nudge = Nudge(settings, relations) if vacuum else None
        self._memories: dict[str, dict[str, Any]] = {}
        self._hold: Hold | None = None
        self._looked = time.monotonic()
        self._noted: tuple[str | None, float] = ("", 0.0)
        self._progress: tuple[float | None, float | None] = (None, None)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pgwright-throttle", daemon=True)

    def __enter__(self) -> Self:
        self._turn()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        answers = session.ended(self._thread, lambda: self._connection)
        self._probe.close()
        if self._nudge is not None:
            self._nudge.close()
        if not answers:
            return
        with contextlib.suppress(psycopg.Error, ConnectError):
            with session.at_most(self._session(), session.ENDING):
                self._write(None, again=False)
            self._session().close()

    def held(self) -> Hold | None:
        """Why nothing may be done now; None where it may."""
        silent = time.monotonic() - self._looked
        if silent > STALE:
            reason = f"the throttle has not answered for {silent:.0f} s; look whether the server does"
            return Hold(key="throttle", reason=reason, since=self._looked)
        return self._hold

    def waiting(self, over: threading.Event) -> Iterator[BackfillHeld | BackfillReleased | None]:
        """Waits while the pass is held, until `over`. Yields often, so that a caller can end it; every second, and at
        the end, an event."""
        hold = self.held()
        if hold is None:
            return
        begun = told = time.monotonic()
        yield self._event(hold)
        while hold is not None and not over.wait(POLL):
            now = time.monotonic()
            yield self._event(hold) if now - told >= 1.0 else None
            told = now if now - told >= 1.0 else told
            hold = self.held()
        seconds = time.monotonic() - begun
        yield BackfillReleased(step=self._step, relation=self._name, seconds=seconds)

    def note(self, progress: BackfillProgress) -> None:
        """What `status` in another terminal shows of the progress."""
        self._progress = (progress.rows_per_second or None, progress.seconds_left)

    def _event(self, hold: Hold) -> BackfillHeld:
        return BackfillHeld(
            step=self._step,
            relation=self._name,
            reason=hold.reason,
            seconds=time.monotonic() - hold.since,
            paused=hold.key == PAUSED,
        )

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            self._turn()

    def _turn(self) -> None:
        """One look, and what is told of it."""
        before = self._hold
        try:
            found = self._look()
        except (psycopg.Error, ConnectError) as error:
            said = " ".join(str(error).split())
            found = ("throttle", f"the throttle cannot see the server: {said}")
        if self._over.is_set():
            return
        now = time.monotonic()
        self._looked = now
        if found is None:
            self._hold = None
        else:
            since = before.since if before is not None and before.key == found[0] else now
            self._hold = Hold(key=found[0], reason=found[1], since=since)
        with contextlib.suppress(psycopg.Error, ConnectError):
            if self._nudge is not None:
                self._nudge.turn(self._ask)
            self._tell(again=before is not None and found is not None and before.key == found[0])

    def _look(self) -> tuple[str, str] | None:
        """What holds the pass, and the sentence; the first one counts."""
        try:
            now = control.read(self._session())
        except psycopg.Error as error:
            if not is_connection_loss(error) or self._over.is_set():
                raise
            self._session().close()
            now = control.read(self._session())
        if now.pause is not None:
            return PAUSED, f"{now.pause}; `pgwright resume` lets it go on"
        in_force = asdict(now.in_force(self._settings.throttle))
        if in_force["latency"] is not None:
            self._probe.start()
        for key in registry.names("evolve.execute.readings"):
            if in_force[key] is not None and (reason := self._above(key, in_force[key])):
                return key, reason
        return None

    def _above(self, key: str, limit: float) -> str:
        """The sentence of one reading that is above its limit or cannot be seen; "" where all is well."""
        off = f"`pgwright throttle set {key}=off` goes without"
        answer = read(key, self._look_of(key))
        if isinstance(answer, Unseen):
            cure = f"{answer.cure}, or " if answer.cure else ""
            return f"{key} has a limit and cannot be seen: {answer.why}; {cure}{off}"
        if answer.value > limit:
            return f"{answer.what}, the limit {key} is {limits.shown(key, limit)}"
        return ""

    def _look_of(self, key: str) -> Look:
        return Look(
            ask=self._ask,
            relations=self._relations,
            role=ident(self._session().info.user),
            probe=self._probe.read,
            memory=self._memories.setdefault(key, {}),
        )

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        return ask(self._session(), query)

    def _session(self) -> session.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = session.open(self._dsn, name="throttle")
        return self._connection

    def _tell(self, *, again: bool) -> None:
        """Writes the reason and the rate for other terminals: at once what is new, the rest once a second."""
        hold, now = self._hold, time.monotonic()
        key = hold.key if hold else None
        if key == self._noted[0] and now - self._noted[1] < 1.0:
            return
        self._noted = (key, now)
        self._write(hold.reason if hold is not None and hold.key != PAUSED else None, again=again)

    def _write(self, reason: str | None, *, again: bool) -> None:
        rate, left = self._progress
        note = control.note(self._lease.epoch, reason=reason, again=again, rows_per_second=rate, left=left)
        self._session().execute((TIMEOUT + note).encode())


def read(key: str, look: Look) -> Seen | Unseen:
    """What one reading answers; one that the server refuses or does not answer in time is unseen. Raises where the
    session is gone."""
    try:
        answer: Seen | Unseen = registry.load("evolve.execute.readings", key).read(look)
    except psycopg.Error as error:
        if is_connection_loss(error):
            raise
        return Unseen(why=" ".join(str(error).split()))
    return answer


def ask(connection: session.Connection, query: str) -> list[tuple[Any, ...]]:
    """The rows of one query that may not take long."""
    cursor = connection.execute((TIMEOUT + query).encode())
    while cursor.nextset():
        pass
    return cursor.fetchall()
