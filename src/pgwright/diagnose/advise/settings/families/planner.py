"""What the planner believes about storage, and when it compiles."""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Severity
from ..judging import one_of, plain, unknown, whole, within
from ..situation import Advice, Situation

_COST = "a page read at random, beside one read in order (seq_page_cost): too much of it and indexes are passed over"
_AHEAD = "how many reads a bitmap scan asks for ahead"
_NO_ADVICE = ("apple-darwin", "mingw", "msvc", "Visual C++")
"""Where a server before 18 cannot ask the system to read ahead, and takes no other value than 0."""


def advise(situation: Situation) -> Iterator[Advice]:
    """random_page_cost, effective_io_concurrency, default_statistics_target, jit."""
    storage = situation.hardware.storage
    if storage is None:
        yield unknown(situation, "random_page_cost", "--storage", _COST)
        yield unknown(situation, "effective_io_concurrency", "--storage", _AHEAD)
    else:
        yield _page_cost(situation, storage)
        if situation.major >= 18 or not any(word in situation.compiled for word in _NO_ADVICE):
            yield _concurrency(situation, storage)
    yield within(
        situation, "default_statistics_target", 100, low=100, high=1000, write=whole, formula="100, the default",
        reason="common values and histogram bounds of each column; single columns that need more get it alone",
        severity=Severity.WARNING,
    )  # fmt: skip
    if situation.has_jit and situation.workload == "oltp":
        yield one_of(
            situation, "jit", ("off",), formula="off for --workload oltp",
            reason="compiling takes tens of milliseconds, and a misestimated short query pays them every time",
        )  # fmt: skip


def _page_cost(situation: Situation, storage: str) -> Advice:
    sequential = situation.amount("seq_page_cost")
    if storage == "hdd":
        best, low, high = 4.0, 2.0, 6.0
    else:
        best, low, high = 1.1, 1.0, 2.0
    return within(
        situation, "random_page_cost", best * sequential, low=low * sequential, high=high * sequential, write=plain,
        formula=f"{best:g} × seq_page_cost for {storage}", reason=_COST, severity=Severity.WARNING,
    )  # fmt: skip


def _concurrency(situation: Situation, storage: str) -> Advice:
    """From 18 the default (16) suits all but large arrays; before it was 1, which suits a single disk."""
    reason = _AHEAD if situation.major < 18 else "how many reads one session has under way at once"
    if storage == "hdd":
        best, low, high = (2, 1, 16) if situation.major < 18 else (16, 1, 64)
    else:
        best, low, high = (200, 16, 1000) if situation.major < 18 else (16, 16, 1000)
    return within(
        situation, "effective_io_concurrency", best, low=low, high=high, write=whole,
        formula=f"{best} for {storage} on {situation.major}", reason=reason,
    )  # fmt: skip
