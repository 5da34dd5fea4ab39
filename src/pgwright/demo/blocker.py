"""The session that everybody has somewhere: it read from the table, and has not ended its transaction."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psycopg

SECONDS = 3.0


class Blocker:
    """Holds ACCESS SHARE on `table` for `seconds`, from a thread and a connection of its own.

    Entering returns when the lock is held; leaving ends it early.
    """

    def __init__(self, dsn: str, *, table: str = "utilisateurs", seconds: float = SECONDS) -> None:
        self._dsn = dsn
        self._table = table
        self._seconds = seconds
        self._held = threading.Event()
        self._enough = threading.Event()
        self._error: psycopg.Error | None = None
        self._thread = threading.Thread(target=self._hold, name="blocker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._held.wait()
        if self._error is not None:
            raise self._error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enough.set()
        self._thread.join()

    def _hold(self) -> None:
        try:
            with psycopg.connect(self._dsn, application_name="a forgotten session") as connection:
                connection.execute(f"SELECT id FROM {self._table} LIMIT 1".encode())
                self._held.set()
                self._enough.wait(self._seconds)
        except psycopg.Error as error:
            self._error = error
        finally:
            self._held.set()
