"""The session that everybody has somewhere: it wrote to the table and has not ended its transaction."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psycopg

from .shop import TABLE


class Blocker:
    """Holds ROW EXCLUSIVE on the table for `seconds`, as a session does that wrote to a row which nobody else wants.
    In the way of SHARE and stronger locks, and of nothing that an application does. Entering returns when it is held.
    """

    def __init__(self, dsn: str, seconds: float) -> None:
        self._dsn = dsn
        self._seconds = seconds
        self._held = threading.Event()
        self._enough = threading.Event()
        self._error: psycopg.Error | None = None
        self._thread = threading.Thread(target=self._hold, name="blocker", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def start(self) -> None:
        """Takes the lock; returns when it is held."""
        self._thread.start()
        self._held.wait()
        if self._error is not None:
            raise self._error

    def end(self) -> None:
        """Lets go, where it has not yet."""
        self._enough.set()
        self._thread.join()

    def _hold(self) -> None:
        try:
            with psycopg.connect(self._dsn, application_name="a forgotten session") as connection:
                connection.execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE".encode())
                self._held.set()
                self._enough.wait(self._seconds)
        except psycopg.Error as error:
            self._error = error
        finally:
            self._held.set()
