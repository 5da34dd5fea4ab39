"""How far a long command is: what counts in its phase, and how fast that goes. Pure.

Views keep the numbers of phases that are over (14 to 18), so each phase says itself what counts. An estimate is of the
phase, never of the whole, because nobody knows how long the next phase takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .moment import Command

Measure = tuple[int | None, int | None, str]
"""Done, total, and the unit; None where the phase does not count."""
_NOTHING: Measure = (None, None, "")

_BLOCKS: Mapping[str, tuple[str, str]] = {
    "scanning heap": ("heap_blks_scanned", "heap_blks_total"),
    "vacuuming heap": ("heap_blks_vacuumed", "heap_blks_total"),
    "acquiring sample rows": ("sample_blks_scanned", "sample_blks_total"),
    "acquiring inherited sample rows": ("sample_blks_scanned", "sample_blks_total"),
    "seq scanning heap": ("heap_blks_scanned", "heap_blks_total"),
}
_INDEXES = ("vacuuming indexes", "cleaning up indexes")


def of_index(phase: str, counts: Sequence[int]) -> tuple[int, int, str]:
    """What counts while an index is built: the sessions that are waited for, else blocks, else tuples. `counts` are
    blocks done and total, tuples done and total, lockers done and total."""
    blocks_done, blocks_total, tuples_done, tuples_total, lockers_done, lockers_total = counts
    if phase.startswith("waiting"):
        return lockers_done, lockers_total, "sessions"
    if "scanning" in phase and blocks_total > 0:
        return blocks_done, blocks_total, "blocks"
    if tuples_total > 0:
        return tuples_done, tuples_total, "tuples"
    return blocks_done, blocks_total, "blocks"


def measure(facts: Mapping[str, Any]) -> Measure:
    """What counts in the phase of a row of a progress view."""
    phase = facts.get("phase") or ""
    if "lockers_total" in facts:
        names = ("blocks_done", "blocks_total", "tuples_done", "tuples_total", "lockers_done", "lockers_total")
        done, total, unit = of_index(phase, [facts[name] or 0 for name in names])
        return (done, total, unit) if total else _NOTHING
    if phase in _BLOCKS:
        return _counted(facts, *_BLOCKS[phase], "blocks")
    if phase in _INDEXES:
        return _counted(facts, "indexes_processed", "indexes_total", "indexes")
    if "bytes_processed" in facts:
        return _counted(facts, "bytes_processed", "bytes_total", "bytes")
    if phase == "streaming database files":
        return _counted(facts, "backup_streamed", "backup_total", "bytes")
    if phase == "index scanning heap":
        return (facts.get("heap_tuples_scanned"), None, "tuples")
    return _NOTHING


def _counted(facts: Mapping[str, Any], done: str, total: str, unit: str) -> Measure:
    """A total of zero is one that the server does not know: COPY from a program, a backup without an estimate."""
    return (facts.get(done), facts.get(total) or None, unit) if facts.get(done) is not None else _NOTHING


@dataclass
class _Seen:
    at: float
    done: int


@dataclass
class Pace:
    """Remembers when each phase was first seen. Give it every look, with a clock of seconds."""

    _seen: dict[tuple[int, str, str], _Seen] = field(default_factory=dict)

    def __call__(self, commands: Sequence[Command], now: float) -> tuple[Command, ...]:
        """The commands with their rates, as far as they are known."""
        found: dict[tuple[int, str, str], _Seen] = {}
        paced = []
        for each in commands:
            key = (each.pid, each.command, each.phase)
            seen = self._seen.get(key)
            if seen is None or (each.done or 0) < seen.done:  # a second round of the same phase
                seen = _Seen(now, each.done or 0)
            found[key] = seen
            paced.append(_paced(each, seen, now))
        self._seen = found
        return tuple(paced)


def _paced(command: Command, seen: _Seen, now: float) -> Command:
    moved, spent = (command.done or 0) - seen.done, now - seen.at
    if command.done is None or moved <= 0 or spent <= 0 or command.unit in ("sessions", "indexes"):
        return command
    rate = moved / spent
    left = (command.total - command.done) / rate if command.total is not None else None
    return replace(command, rate=rate, seconds_left=None if left is None or left < 0 else left)
