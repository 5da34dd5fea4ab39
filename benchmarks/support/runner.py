"""pgwright in a process of its own that tells what it does: `python -m benchmarks.support.runner`.

One JSON line on standard input says what to do: `verb`, `folder` (of the project), `dsn`, `allow`, `gates` (ids of
steps). Before each of these steps it writes `{"gate": id}` and waits for a line. Its last line is `{"seconds",
"peak_mb", "rows", "backfill_seconds", "error"}`; the error is null, or the message of what stopped it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.base.errors import PgwrightError
from pgwright.base.event import BackfillProgress, Event, StepFinished, StepStarted
from pgwright.config import load

from .peak import peak_mb


class Account:
    """Rows that were filled, and how long the passes took."""

    def __init__(self) -> None:
        self.rows = 0
        self.seconds = 0.0
        self._passes: dict[str, int] = {}

    def listen(self, event: Event) -> None:
        """Learns from an event."""
        if isinstance(event, StepStarted) and event.kind == "backfill":
            self._passes[event.step] = 0
        elif isinstance(event, BackfillProgress):
            self._passes[event.step] = event.rows
            self.rows = sum(self._passes.values())
        elif isinstance(event, StepFinished) and event.step in self._passes:
            self.seconds += event.seconds


def main() -> None:
    """Does what the line says."""
    task: dict[str, Any] = json.loads(sys.stdin.readline())
    settings = load(folder=Path(task["folder"]), dsn=task["dsn"], environ={})
    gates = set(task["gates"])
    account, error = Account(), None

    def gate(step: str) -> None:
        if step in gates:
            print(json.dumps({"gate": step}), flush=True)
            sys.stdin.readline()

    began = time.monotonic()
    try:
        verb = {"expand": expand, "contract": contract}[task["verb"]]
        verb(settings, on_event=account.listen, gate=gate, allow=frozenset(task["allow"]))
    except PgwrightError as stopped:
        error = str(stopped)
    done = {
        "seconds": time.monotonic() - began,
        "peak_mb": peak_mb(),
        "rows": account.rows,
        "backfill_seconds": account.seconds,
        "error": error,
    }
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
