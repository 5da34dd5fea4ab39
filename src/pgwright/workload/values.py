"""What a workload is: the statements that people run, how often and how long, the same value whatever the source.

What a source does not know is None, never zero: a log counts no pages, a file may have no times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property


class Origin(StrEnum):
    """Where statements were read."""

    SERVER = "pg_stat_statements"
    LOG = "log"
    FILE = "file"


class Reason(StrEnum):
    """Why something that was run is no statement of the workload."""

    OWN = "statements of pgwright itself"
    CATALOG = "queries of system catalogs"
    CONTROL = "transaction control"
    UTILITY = "utility statements, DDL among them"
    HIDDEN = "statements of other roles, whose texts this role may not see"
    LOST = "statements whose text the server has lost"
    UNREADABLE = "statements that cannot be parsed: cut off, too long, or of another grammar"
    SEVERAL = "messages that hold several statements"
    ELSEWHERE = "statements in other databases"
    FAILED = "statements that failed"
    RARE = "rare statements beyond the number that is kept"


@dataclass(frozen=True, kw_only=True)
class Pages:
    """What all calls together did to pages (of 8 kB), and the bytes of WAL that they wrote."""

    shared_hit: int = 0
    shared_read: int = 0
    shared_dirtied: int = 0
    shared_written: int = 0
    temp_read: int = 0
    temp_written: int = 0
    wal_bytes: int = 0

    def __add__(self, other: Pages) -> Pages:
        return self._with(other, 1)

    def __sub__(self, other: Pages) -> Pages:
        return self._with(other, -1)

    def _with(self, other: Pages, sign: int) -> Pages:
        return Pages(**{name: value + sign * vars(other)[name] for name, value in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One shape of a statement and all that ran of it.

    `text` has `$1`, `$2`, … in place of values. `samples` are sets of values that were really used, at most five, each
    in the order of the parameters and written as SQL constants (`'x'`, `5`, `NULL`): `sql.shape.filled` puts them in.
    `total_ms` is the execution time of all `calls`; where a log timed some of them only, those stand for the others. It
    is None where nobody knows, and so are `rows` and `pages`. `nested` is True for what ran inside of functions: its
    time is a part of theirs. `kind` is the node of the grammar (`SelectStmt`), `position` where it was met first
    ("file:line", "" for a server).
    """

    text: str
    key: str
    kind: str
    calls: int
    total_ms: float | None = None
    rows: int | None = None
    pages: Pages | None = None
    samples: tuple[tuple[str, ...], ...] = ()
    users: tuple[str, ...] = ()
    nested: bool = False
    position: str = ""

    @property
    def mean_ms(self) -> float | None:
        """Milliseconds of one call; None where they are not known."""
        return None if self.total_ms is None or not self.calls else self.total_ms / self.calls


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What was seen and is no part of the workload: how many calls, and their time where it is known."""

    reason: Reason
    calls: int
    total_ms: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Workload:
    """`statements` stand in the order of their time, then of their calls, then of their text. `since` is when counting
    began and `seconds` how long it lasted, None where that is not known. `notes` are sentences about what this
    workload cannot show."""

    origin: Origin
    statements: tuple[Statement, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    since: datetime | None = None
    seconds: float | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def total_ms(self) -> float | None:
        """The time of all statements, also of rare ones that were cut off, without what ran inside of others; None
        where the time of one is not known."""
        times = [each.total_ms for each in self.statements if not each.nested]
        if not times or None in times:
            return None
        return sum(time for time in times if time is not None) + sum(each.total_ms for each in self._rare)

    @cached_property
    def calls(self) -> int:
        """The calls of all statements, also of rare ones that were cut off, without what ran inside of others."""
        own = sum(each.calls for each in self.statements if not each.nested)
        return own + sum(each.calls for each in self._rare)

    @property
    def _rare(self) -> tuple[LeftOut, ...]:
        return tuple(each for each in self.left_out if each.reason is Reason.RARE)

    def share(self, statement: Statement) -> float:
        """The statement's part of the whole, 0 to 1: of the time, or of the calls where not all times are known."""
        if self.total_ms is not None and statement.total_ms is not None:
            return min(statement.total_ms / self.total_ms, 1.0) if self.total_ms else 0.0
        return min(statement.calls / self.calls, 1.0) if self.calls else 0.0

    def counted(self) -> Mapping[Reason, int]:
        """The calls that were left out, by reason."""
        return {each.reason: each.calls for each in self.left_out}

    def capped(self, limit: int, *, share: float = 1.0) -> Workload:
        """The first statements: at most `limit`, and no more than it takes to hold `share` of the whole. What is cut
        off is counted with the rare ones, and a note says so."""
        kept: list[Statement] = []
        held = 0.0
        for each in self.statements:
            if len(kept) >= limit or held >= share:
                break
            kept.append(each)
            held += 0.0 if each.nested else self.share(each)
        cut = self.statements[len(kept) :]
        if not cut:
            return self
        known = {each.reason: each for each in self.left_out}
        before = known.pop(Reason.RARE, LeftOut(reason=Reason.RARE, calls=0))
        rare = LeftOut(
            reason=Reason.RARE,
            calls=before.calls + sum(each.calls for each in cut),
            total_ms=before.total_ms + sum(each.total_ms or 0.0 for each in cut),
        )
        note = f"{len(cut):,} statements with {max(1 - held, 0.0):.1%} of the whole were cut off."
        left = ordered_reasons({**known, Reason.RARE: rare})
        return replace(self, statements=tuple(kept), left_out=left, notes=(*self.notes, note))


def ordered(statements: list[Statement]) -> tuple[Statement, ...]:
    """The most time first, then the most calls; what has no time behind what has one."""
    return tuple(sorted(statements, key=lambda each: (-(each.total_ms or 0.0), -each.calls, each.text, each.nested)))


def ordered_reasons(left: Mapping[Reason, LeftOut]) -> tuple[LeftOut, ...]:
    """In the order in which the reasons are listed; none without a call."""
    return tuple(left[reason] for reason in Reason if reason in left and left[reason].calls)
