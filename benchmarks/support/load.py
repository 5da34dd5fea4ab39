"""The load: applications on several client processes each, at a rate that is told, and what they noticed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pgwright.demo.traffic import python_environment

from .client import LATEST, now

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 4
# Starting, connecting and finishing; far more than any of them takes.
PATIENCE = LATEST + 60.0
WARM = 1.0


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of the application: the `column` that it calls the name, and what its connections say first. The ids
    that its connections insert are `apart` from each other; with `entries` each gets a row that points to it."""

    column: str
    setup: str = ""
    apart: int = 1_000_000_000
    entries: bool = False


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was noticed in a span: times in ms from the intended start of a transaction to its end, 0 where there was
    none. A transaction that fails is one failed statement, because nothing more of it is sent."""

    transactions: int
    failed: int
    p50: float
    p999: float
    longest: float
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass
class Noticed:
    """Everything that all clients measured."""

    intended: list[int] = field(default_factory=list)
    latencies: list[int] = field(default_factory=list)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        """Takes in what a client told."""
        self.intended += answer["intended"]
        self.latencies += answer["latencies"]
        for when, what, sqlstate, message in answer["failures"]:
            self.failures.append((when, f"{what}: {message} ({sqlstate or 'no SQLSTATE'})"))

    def figures(self, begin: int = 0, end: int | None = None) -> Figures:
        """Of the transactions that should have begun from `begin` to before `end`, and of the failures told in
        that time; in µs of the clock."""
        last = sys.maxsize if end is None else end
        chosen = sorted(
            latency for when, latency in zip(self.intended, self.latencies, strict=True) if begin <= when < last
        )
        reasons = Counter(reason for when, reason in self.failures if begin <= when < last)
        return Figures(
            transactions=len(chosen),
            failed=reasons.total(),
            p50=percentile(chosen, 50) / 1000,
            p999=percentile(chosen, 99.9) / 1000,
            longest=percentile(chosen, 100) / 1000,
            reasons=tuple(reasons.most_common(5)),
        )


def percentile(ordered: Sequence[int], percent: float) -> int:
    """The nearest-rank percentile of ascending values, 0 of none."""
    if not ordered:
        return 0
    rank = bisect_left(range(1, len(ordered) + 1), len(ordered) * percent / 100)
    return ordered[min(rank, len(ordered) - 1)]


class Application:
    """One version of the application; its processes stand ready when this returns, and work from `go` to `stop`."""

    def __init__(self, dsn: str, version: Version, *, rows: int, clients: int, first: int) -> None:
        self._clients = clients
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.support.client"],
                cwd=ROOT,
                env=python_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C is for us: the end of their input ends them
            )
            for _ in range(clients)
        ]
        task = {"dsn": dsn, "rows": rows, **asdict(version)}
        for number, process in enumerate(self._processes):
            _say(process, {**task, "number": first + number})
        for process in self._processes:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError("a client of the load ended before it began; its message stands above")

    def go(self, rate: float | None) -> None:
        """All clients work from now on at `rate` transactions a second together, None for as fast as they can."""
        for process in self._processes:
            _say(process, {"rate": None if rate is None else rate / self._clients})

    def stop(self, noticed: Noticed) -> None:
        """No new transaction is due from now on; what was due is finished, and put into `noticed`."""
        for process in self._processes:
            _say(process, {})
        for process in self._processes:
            output, _ = process.communicate(timeout=PATIENCE)
            noticed.add(json.loads(output))
        self._processes = []

    def close(self) -> None:
        """Ends what still runs."""
        for process in self._processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()


@dataclass
class Load:
    """Applications of one database, and all that they noticed."""

    dsn: str
    rows: int
    clients: int = CLIENTS
    noticed: Noticed = field(default_factory=Noticed)
    begin: int = 0
    _applications: list[Application] = field(default_factory=list)

    def application(self, version: Version) -> Application:
        """A version that stands ready to work."""
        made = Application(
            self.dsn, version, rows=self.rows, clients=self.clients, first=1 + len(self._applications) * self.clients
        )
        self._applications.append(made)
        return made

    def warm(self, application: Application, rate: float) -> None:
        """An application begins to work; what it does in its first second, with cold caches, is not counted."""
        application.go(rate)
        time.sleep(WARM)
        self.begin = now()

    def stop(self, application: Application) -> None:
        """An application leaves."""
        application.stop(self.noticed)

    def figures(self) -> Figures:
        """What was noticed since it was warm."""
        return self.noticed.figures(self.begin)


@contextmanager
def load(dsn: str, *, rows: int, clients: int = CLIENTS) -> Iterator[Load]:
    """A load whose processes end with it, however it is left."""
    made = Load(dsn=dsn, rows=rows, clients=clients)
    try:
        yield made
    finally:
        for application in made._applications:
            application.close()


def capacity(dsn: str, version: Version, *, rows: int, clients: int, seconds: float) -> float:
    """Transactions a second that the clients do when each goes on at once."""
    with load(dsn, rows=rows, clients=clients) as working:
        application = working.application(version)
        application.go(None)
        begin = now()
        time.sleep(seconds)
        working.stop(application)
        return len(working.noticed.intended) / ((now() - begin) / 1e6)


def _say(process: subprocess.Popen[str], order: dict[str, Any]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # one that has ended is noticed by whoever waits for its answer
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
