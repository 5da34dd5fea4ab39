"""Live applications: client processes that join as one version of the shop's program, and leave again.

All processes are started before anything is measured, because starting Python costs more of two cores than a client
does. They end with us: their input is a pipe that only we hold.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..base.errors import StepFailed
from .measure import Record, now

# Longer than any statement may wait here: whoever has not answered by then is stuck, and counted as failed.
LEAVE_SECONDS = 30.0


def python_environment() -> dict[str, str]:
    """Our environment for a Python that must find this very pgwright, wherever it is started."""
    source = str(Path(__file__).resolve().parents[2])
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in (source, known) if part)}


class Client:
    """One client process and the thread that reads what it measured."""

    def __init__(self, *, dsn: str, rows: int, number: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pgwright.demo.client"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=python_environment(),
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for us: we let the clients leave in order
        )
        self._record = Record()
        self._ready = threading.Event()
        self._joined = threading.Event()
        self._left = threading.Event()
        self._error = ""
        self._ended = False
        self._reader = threading.Thread(target=self._read, name=f"client {number}", daemon=True)
        self._reader.start()
        self._say(json.dumps({"dsn": dsn, "rows": rows, "number": number}))

    def wait_ready(self) -> None:
        """Returns when the process runs; raises StepFailed when it does not within 30 s."""
        self._wait(self._ready)

    def join(self, column: str, record: Record) -> None:
        """Begins to work as the version that calls the name `column`, measuring into `record`."""
        self._record = record
        self._joined.clear()
        self._left.clear()
        self._say(f"join {column}")

    def wait_joined(self) -> None:
        """Returns when its connection is open."""
        self._wait(self._joined)

    def ask_to_leave(self) -> None:
        """It ends its statement and closes its connection."""
        self._say("leave")

    def wait_left(self) -> None:
        """Returns when all that it measured has arrived. One that is stuck is ended and counted as a failure."""
        if self._left.wait(LEAVE_SECONDS):
            self._raise_if_dead()
            return
        self._process.kill()
        stuck = int(LEAVE_SECONDS * 1e6)
        self._record.add(
            [(now() - stuck, stuck)], [("leave", None, f"a statement did not end within {LEAVE_SECONDS:.0f} s")]
        )

    def close(self) -> None:
        """Ends the process, within two seconds whatever it does."""
        process = self._process
        if process.stdin is not None and not process.stdin.closed:
            with suppress(BrokenPipeError):  # it may have ended already
                process.stdin.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(timeout=2)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        # One that has ended is noticed by whoever waits for its answer.
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _wait(self, event: threading.Event) -> None:
        if not event.wait(30):
            raise StepFailed("A client of the demonstration did not answer within 30 s.", state="It is being ended.")
        self._raise_if_dead()

    def _raise_if_dead(self) -> None:
        if self._ended:
            raise StepFailed(f"A client of the demonstration ended by itself: {self._error or 'no message'}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        for line in self._process.stdout:
            self._take(json.loads(line))
        # The end of its output, expected or not: nobody should wait any longer.
        self._error = self._process.stderr.read().strip().rpartition("\n")[2]
        self._ended = True
        for event in (self._ready, self._joined, self._left):
            event.set()

    def _take(self, message: dict[str, Any]) -> None:
        if "samples" in message:
            self._record.add(message["samples"], message["failures"])
        for name, event in (("ready", self._ready), ("joined", self._joined), ("left", self._left)):
            if name in message:
                event.set()


class Application:
    """One version of the application on several clients; `column` is what it calls the user's name."""

    def __init__(self, *, column: str, clients: tuple[Client, ...]) -> None:
        self.column = column
        self._clients = clients
        self.running = False

    def join(self, record: Record) -> None:
        """All clients connect and begin to work; returns when they do."""
        for client in self._clients:
            client.join(self.column, record)
        for client in self._clients:
            client.wait_joined()
        self.running = True

    def leave(self) -> None:
        """All clients end what they do; returns when everything they measured is in the record."""
        if not self.running:
            return
        self.running = False
        for client in self._clients:
            client.ask_to_leave()
        for client in self._clients:
            client.wait_left()


class Traffic:
    """The processes of several applications: a context that ends them all, however it is left."""

    def __init__(self, *, dsn: str, rows: int, clients: int) -> None:
        self._dsn = dsn
        self._rows = rows
        self._count = clients
        self._clients: list[Client] = []

    def __enter__(self) -> Self:
        return self

    def application(self, column: str) -> Application:
        """A version of the application, started and waiting to join."""
        mine: list[Client] = []
        for _ in range(self._count):
            mine.append(Client(dsn=self._dsn, rows=self._rows, number=len(self._clients) + 1))
            self._clients.append(mine[-1])
        for client in mine:
            client.wait_ready()
        return Application(column=column, clients=tuple(mine))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
