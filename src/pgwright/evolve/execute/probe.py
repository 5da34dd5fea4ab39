"""A session that does what an application does, a tiny write, and takes the time of it.

It runs in a thread of its own while a pass runs. A single slow write is no matter, a disk has such moments; the p95
counts, and a write that hangs is felt while it hangs. It writes only while the lease is ours.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque

import psycopg

from ...base.errors import ConnectError
from ...connect import session
from ...connect.retry import is_connection_loss
from .reading import Seen, Unseen

EVERY = 0.05  # seconds between two writes
WINDOW = 3.0  # seconds that count
ENOUGH = 20  # writes from which a p95 is told
HANGS = 1.0  # seconds after which a write that has not come back counts by itself
PATIENCE = 2000  # milliseconds that a write waits for a lock; then it is counted as it is, and done again

_WRITE = f"""
SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL lock_timeout = {PATIENCE};
SET LOCAL statement_timeout = {PATIENCE};
UPDATE pgwright.probe SET writes = writes + 1 WHERE EXISTS (SELECT FROM pgwright.lease WHERE epoch = %d)
"""


class Probe:
    """The probe of one pass; `start` may be called again and again, `close` ends it."""

    def __init__(self, dsn: str, epoch: int) -> None:
        self._dsn, self._statement = dsn, (_WRITE % epoch).encode()
        self._samples: deque[tuple[float, float]] = deque(maxlen=math.ceil(WINDOW / EVERY) + 1)
        self._began: float | None = None
        self._error = ""
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: session.Connection | None = None

    def start(self) -> None:
        """Begins to probe, where that has not begun."""
        if self._thread is None:
            self._began = time.monotonic()
            self._thread = threading.Thread(target=self._run, name="pgwright-probe", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends it; a write that waits is cancelled."""
        self._over.set()
        if self._thread is None:
            return
        if self._began is not None and self._connection is not None and not self._connection.closed:
            session.cancel(self._connection)
        session.ended(self._thread, lambda: self._connection)

    def read(self) -> Seen | Unseen:
        """The p95 of the last seconds."""
        if self._error:
            return Unseen(why=f"the probe has no session: {self._error}")
        now, began = time.monotonic(), self._began
        times = sorted(took for at, took in list(self._samples) if now - at <= WINDOW)
        usual = times[math.ceil(0.95 * len(times)) - 1] if len(times) >= ENOUGH else 0.0
        if began is not None and now - began > max(usual, HANGS):
            return Seen(value=now - began, what=f"a small write has not come back for {(now - began) * 1000:.0f} ms")
        return Seen(value=usual, what=f"a small write takes {usual * 1000:.0f} ms (p95)")

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            begun = self._began = time.monotonic()
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = session.open(self._dsn, name="probe")
                    begun = self._began = time.monotonic()
                self._connection.execute(self._statement)
                self._error = ""
            except (psycopg.Error, ConnectError) as error:
                self._failed(error)
            finally:
                self._samples.append((time.monotonic(), time.monotonic() - begun))
                self._began = None
        if self._connection is not None:
            self._connection.close()

    def _failed(self, error: psycopg.Error | ConnectError) -> None:
        """A timeout is a sample; what else goes wrong means that nothing is seen."""
        if isinstance(error, (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)):
            return
        if self._error or not is_connection_loss(error):
            self._error = " ".join(str(error).split())
        else:
            self._error = "the connection was lost"
        if self._connection is not None and is_connection_loss(error):
            self._connection.close()
