"""Checkpoints and the WAL, by what was written and counted."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from .....base.finding import Severity
from ..amounts import GB
from ..judging import one_of, plain, unknown, whole, within
from ..situation import Advice, Setting, Situation, Standing, Written

LONG = 3600
"""Seconds of counting below which an average of the WAL says nothing."""
REQUESTED = 0.1
"""The share of checkpoints on request from which the WAL's limit, not the clock, brings them."""
PEAK = 2
"""How much more than its average a server writes in its busy hours, at least."""
PAGES = 0.5
"""The share of whole pages in the WAL from which it is worth compressing."""
MOST = 64 * GB
"""More is not proposed: the disk of the WAL has to hold it, and recovery may have to read it."""
_BLOCK = 8192
_SIZE = "WAL between two checkpoints: each begins anew to write whole pages, and one before its time writes all at once"


def advise(situation: Situation) -> Iterator[Advice]:
    """max_wal_size, checkpoint_timeout, checkpoint_completion_target, wal_compression."""
    yield _size(situation)
    yield within(
        situation, "checkpoint_timeout", 900, low=300, high=3600, write=lambda value: f"{value / 60:.0f}min",
        formula="15 minutes", reason="fewer checkpoints write fewer whole pages; recovery after a crash takes longer",
    )  # fmt: skip
    yield within(
        situation, "checkpoint_completion_target", 0.9, low=0.7, high=1.0, write=plain, formula="0.9, the default",
        reason="the part of the time in which a checkpoint's writes are spread",
    )  # fmt: skip
    if (advice := _compression(situation)) is not None:
        yield advice


def _size(situation: Situation) -> Advice:
    written = situation.written
    if written is None or written.seconds < LONG:
        return unknown(situation, "max_wal_size", "an hour of counting at least", _SIZE)
    spread = 1 + situation.amount("checkpoint_completion_target")
    need = written.bytes / written.seconds * PEAK * situation.amount("checkpoint_timeout") * spread
    best = float(min(max(ceil(need / GB), 1) * GB, MOST))
    began = written.timed + written.requested
    share = written.requested / began if began else 0.0
    setting = situation.settings["max_wal_size"]
    fine = setting.amount >= min(need, MOST) or share <= REQUESTED
    return Advice(
        setting=setting,
        standing=Standing.FINE if fine else Standing.CHANGE,
        proposed="" if fine else whole(best / GB) + "GB",
        formula=f"{_rate(written)} × {PEAK} at peaks × checkpoint_timeout × (1 + checkpoint_completion_target) = "
        f"{need / GB:.1f} GB; {written.requested} of {began} checkpoints came on request",
        reason=_SIZE,
        severity=Severity.WARNING,
    )


def _rate(written: Written) -> str:
    return f"{written.bytes / written.seconds / 1024**2:.2f} MB/s"


def _compression(situation: Situation) -> Advice | None:
    """Only where whole pages are most of what is written."""
    written, setting = situation.written, situation.settings["wal_compression"]
    if written is None or written.seconds < LONG or not written.bytes:
        return None
    share = min(written.pages * _BLOCK / written.bytes, 1)
    if share < PAGES:
        return None
    return one_of(
        situation, "wal_compression", _methods(setting), severity=Severity.NOTICE,
        formula=f"up to {share:.0%} of the WAL are whole pages",
        reason="whole pages get smaller for some processor time: less is written, sent and archived",
    )  # fmt: skip


def _methods(setting: Setting) -> tuple[str, ...]:
    """The methods that this server was compiled with, the best first."""
    known = ("lz4", "zstd", "pglz", "on")
    return tuple(each for each in known if each in setting.choices) or ("on",)
