"""Adds up what was run, shape by shape, in bounded memory, whatever the source and however long it is.

Of the values that were used it keeps up to five different sets for each shape: those with the smallest digests. So
every set has the same chance, and the same input gives the same samples in any order.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

from ..base.errors import MigrationFileError
from ..sql import parse
from ..sql.shape import LONGEST, Shape, shape
from ..sql.within import query_within
from .kinds import left_out
from .values import LeftOut, Pages, Reason, Statement, ordered, ordered_reasons

SAMPLES = 5
VALUE_LENGTH = 2_000
"""Characters of a value beyond which its set is not kept: it is a document or a picture, and nobody compares it."""
SAMPLE_LENGTH = 10_000
"""Characters of all sets of a shape together: of long lists of values there are fewer sets."""
SHAPES = 20_000
"""Shapes that are kept at once. Where a program makes new names all the time, the rarest half is forgotten."""
_USERS = 20
_AROUND = ("CopyStmt", "DeclareCursorStmt")
"""What only hands out the rows of a query."""


@dataclass(kw_only=True)
class Ran:
    """What is known of some calls of one text. `parameters` are the values of its `$n`, as SQL constants; `ms` is the
    time of the `timed` ones among the `calls`."""

    text: str
    calls: int = 1
    timed: int = 1
    ms: float = 0.0
    rows: int | None = None
    pages: Pages | None = None
    parameters: Mapping[int, str] = field(default_factory=dict)
    user: str = ""
    nested: bool = False
    position: str = ""


@dataclass(kw_only=True)
class _Tally:
    """The sum of one shape, told apart by whether it ran inside of others."""

    shape: Shape
    nested: bool
    position: str
    calls: int = 0
    timed: int = 0
    ms: float = 0.0
    rows: int | None = None
    pages: Pages | None = None
    users: set[str] = field(default_factory=set)
    samples: list[tuple[bytes, tuple[str, ...]]] = field(default_factory=list)

    def add(self, ran: Ran) -> None:
        self.calls += ran.calls
        self.timed += ran.timed
        self.ms += ran.ms
        if ran.rows is not None:
            self.rows = (self.rows or 0) + ran.rows
        if ran.pages is not None:
            self.pages = ran.pages if self.pages is None else self.pages + ran.pages
        if ran.user and len(self.users) < _USERS:
            self.users.add(ran.user)

    def sample(self, text: str, values: tuple[str, ...]) -> None:
        """Keeps the values where they fit the text that is kept, which may have a list of another length."""
        is_large = max(map(len, values)) > VALUE_LENGTH or sum(map(len, values)) > SAMPLE_LENGTH
        if is_large or not _fits(text, self.shape.text):
            return
        entry = (hashlib.blake2b("\0".join(values).encode("utf-8", "surrogatepass"), digest_size=8).digest(), values)
        if entry not in self.samples and (len(self.samples) < SAMPLES or entry < self.samples[-1]):
            insort(self.samples, entry)
            del self.samples[SAMPLES:]
            sizes = accumulate(sum(map(len, each)) for _, each in self.samples)
            del self.samples[sum(size <= SAMPLE_LENGTH for size in sizes) :]

    @property
    def total_ms(self) -> float | None:
        return self.ms * self.calls / self.timed if self.timed else None

    def statement(self) -> Statement:
        return Statement(
            text=self.shape.text,
            key=self.shape.key,
            kind=self.shape.kind,
            calls=self.calls,
            total_ms=self.total_ms,
            rows=self.rows,
            pages=self.pages,
            samples=tuple(values for _, values in self.samples),
            users=tuple(sorted(self.users)),
            nested=self.nested,
            position=self.position,
        )


def _fits(text: str, kept: str) -> bool:
    """Whether the parameters of two texts of one shape stand in the same places: they differ in spelling only."""
    return text == kept or "".join(text.split()).lower() == "".join(kept.split()).lower()


class Gathering:
    """Call `add` with everything that ran, `leave` with what is known to be no statement; then take the results."""

    def __init__(self, *, limit: int = SHAPES) -> None:
        self._limit = limit
        self._tallies: dict[tuple[str, bool], _Tally] = {}
        self._left: Counter[Reason] = Counter()
        self._left_ms: defaultdict[Reason, float] = defaultdict(float)
        self.untimed = 0

    def add(self, ran: Ran) -> None:
        """Counts some calls of one text."""
        try:
            found, values = shape(ran.text, ran.parameters)
        except MigrationFileError:
            self._add_single(ran)
            return
        if found.kind in _AROUND and (query := query_within(ran.text)) is not None:
            self.add(replace(ran, text=query))
            return
        reason = left_out(found)
        if reason is not None:
            self.leave(reason, calls=ran.calls, ms=ran.ms)
            return
        key = (found.key, ran.nested)
        tally = self._tallies.get(key)
        if tally is None:
            self._make_room()
            tally = self._tallies[key] = _Tally(shape=found, nested=ran.nested, position=ran.position)
        tally.add(ran)
        self.untimed += ran.calls - ran.timed
        if values:
            tally.sample(found.text, values)

    def _add_single(self, ran: Ran) -> None:
        """What is not one statement: where it is one in a transaction of its own (`BEGIN; …; COMMIT`), that one has
        the time; of several nobody knows which took how long."""
        try:
            statements = parse.parse(ran.text) if ";" in ran.text and len(ran.text) <= LONGEST else ()
        except MigrationFileError:
            statements = ()
        if len(statements) < 2:
            self.leave(Reason.UNREADABLE, calls=ran.calls, ms=ran.ms)
            return
        others = [each.text for each in statements if each.kind != "TransactionStmt"]
        if len(others) == 1:
            self.add(replace(ran, text=others[0]))
        else:
            self.leave(Reason.SEVERAL if others else Reason.CONTROL, calls=ran.calls, ms=ran.ms)

    def leave(self, reason: Reason, *, calls: int = 1, ms: float = 0.0) -> None:
        """Counts calls that are no part of the workload."""
        self._left[reason] += calls
        self._left_ms[reason] += ms

    def _make_room(self) -> None:
        """Forgets the half that took the least time."""
        if len(self._tallies) < self._limit:
            return
        order = sorted(self._tallies.items(), key=lambda each: (each[1].total_ms or 0.0, each[1].calls, each[0]))
        for key, tally in order[: len(order) // 2]:
            self.leave(Reason.RARE, calls=tally.calls, ms=tally.ms)
            del self._tallies[key]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All that was kept, in the order of a workload."""
        return ordered([tally.statement() for tally in self._tallies.values()])

    @property
    def left(self) -> tuple[LeftOut, ...]:
        """What was left out, by reason."""
        found = {
            reason: LeftOut(reason=reason, calls=calls, total_ms=float(self._left_ms[reason]))
            for reason, calls in self._left.items()
        }
        return ordered_reasons(found)
