"""A verb that runs beside the test, and what it ended with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from pgwright.base.errors import PgwrightError
from tests.support.databases import Database


class Background:
    """Runs `verb` in a thread; `error` is what it raised, None where it ended well. Leaving the block waits for
    it, but not when the test fails inside: what holds the verb up would never let it go."""

    def __init__(self, verb: Callable[[], object]) -> None:
        self.error: PgwrightError | None = None
        self.stop = threading.Event()
        self._verb = verb
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._verb()
        except PgwrightError as error:
            self.error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._thread.is_alive()


def until(database: Database, condition: str) -> None:
    """Asks the server until the query `condition` answers true."""
    with database.connect() as connection:
        for _ in range(6000):
            if connection.execute(condition.encode()).fetchone() == (True,):
                return
            connection.execute("SELECT pg_sleep(0.01)")
    raise AssertionError(f"never became true: {condition}")
