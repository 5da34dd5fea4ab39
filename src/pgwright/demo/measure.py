"""What the applications noticed: the latency of every statement, every failure, and in which phase it was."""

from __future__ import annotations

import threading
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

BIN_MICROSECONDS = 250_000


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A statement that failed: what the application was doing, and what it was told."""

    what: str
    sqlstate: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The figures of one act. Times are milliseconds over all samples, waiting for locks included; `stall_phase` is
    the phase in which the longest statement began, `calm_stall_ms` the longest of those phases in which nothing but the
    applications was at work: what the machine does by itself."""

    statements: int
    failed: int
    p50_ms: float
    p99_ms: float
    longest_stall_ms: float
    stall_phase: str = ""
    calm_stall_ms: float = 0.0
    reasons: tuple[tuple[Failure, int], ...] = ()


@dataclass(kw_only=True)
class Phase:
    """A part of an act: when it began (µs of the monotonic clock), its statements, and the longest of them in µs.
    `calm` where nothing but the applications is at work."""

    name: str
    start: int
    calm: bool = False
    statements: int = 0
    longest: int = 0


@dataclass
class Record:
    """Collects what the clients of one act send; their reader threads write, everybody may read."""

    _durations: array[int] = field(default_factory=lambda: array("q"))
    _longest: dict[int, int] = field(default_factory=dict)
    _failures: Counter[Failure] = field(default_factory=Counter)
    _phases: list[Phase] = field(default_factory=lambda: [Phase(name="", start=0)])
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def phase(self, name: str, *, calm: bool = False) -> None:
        """Statements that begin from now on belong to the phase `name`."""
        with self._guard:
            self._phases.append(Phase(name=name, start=now(), calm=calm))

    def add(self, samples: Sequence[Sequence[int]], failures: Sequence[Sequence[str | int | None]]) -> None:
        """Takes in what a client sent: (start µs, duration µs) and (what, sqlstate, message)."""
        with self._guard:
            for start, duration in samples:
                self._durations.append(duration)
                place = start // BIN_MICROSECONDS
                self._longest[place] = max(self._longest.get(place, 0), duration)
                phase = next(phase for phase in reversed(self._phases) if phase.start <= start)
                phase.statements += 1
                phase.longest = max(phase.longest, duration)
            for what, sqlstate, message in failures:
                state = None if sqlstate is None else str(sqlstate)
                self._failures[Failure(what=str(what), sqlstate=state, message=str(message))] += 1

    @property
    def statements(self) -> int:
        """How many statements were executed, failed ones included."""
        return len(self._durations)

    @property
    def failed(self) -> int:
        """How many statements failed."""
        with self._guard:
            return self._failures.total()

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases so far, in order."""
        return tuple(self._phases[1:])

    def recent(self, *, bins: int) -> tuple[float, ...]:
        """The longest latency in ms that began in each of the last `bins` quarters of a second; 0 where none."""
        last = now() // BIN_MICROSECONDS
        return tuple(self._longest.get(last - back, 0) / 1000 for back in range(bins - 1, -1, -1))

    def summary(self) -> Summary:
        """The figures so far; all zero when there was no statement."""
        with self._guard:
            ordered = sorted(self._durations)
            if not ordered:
                return Summary(statements=0, failed=0, p50_ms=0.0, p99_ms=0.0, longest_stall_ms=0.0)
            return Summary(
                statements=len(ordered),
                failed=self._failures.total(),
                p50_ms=percentile(ordered, 50) / 1000,
                p99_ms=percentile(ordered, 99) / 1000,
                longest_stall_ms=ordered[-1] / 1000,
                stall_phase=max(self._phases, key=lambda phase: phase.longest).name,
                calm_stall_ms=max((phase.longest for phase in self._phases if phase.calm), default=0) / 1000,
                reasons=tuple(self._failures.most_common()),
            )


def now() -> int:
    """The monotonic clock that all processes of this machine share, in µs."""
    return time.perf_counter_ns() // 1000


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The nearest-rank percentile of ascending, non-empty values."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]
