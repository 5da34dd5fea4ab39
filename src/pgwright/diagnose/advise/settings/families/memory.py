"""Memory that the server shares, that each step of a query takes, and that maintenance takes."""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Severity
from ..amounts import GB, KB, MB
from ..judging import one_of, unknown, within
from ..situation import Advice, Situation

STEPS = 3
"""Sorts and hashes at once in one query of an application: few have more, and hardly all of them full."""
VACUUM_MOST = GB
"""VACUUM does not use more than this before 17, whatever is allowed."""
INDEX_MOST = 8 * GB
"""More has not been of use to a CREATE INDEX."""
_SHARED = "pages that many sessions read; the rest of the memory serves as the file cache of the system"
_CACHE = "what the planner believes to be cached, with the system's file cache; nothing is reserved"
_STEP = "each sort and hash of each process may take that much (hashes hash_mem_multiplier times), before it spills"
_MAINTAIN = "CREATE INDEX, and each autovacuum worker unless autovacuum_work_mem says otherwise"


def advise(situation: Situation) -> Iterator[Advice]:
    """shared_buffers, effective_cache_size, work_mem, maintenance_work_mem, huge_pages."""
    memory = situation.hardware.memory
    if memory is None:
        reasons = {"shared_buffers": _SHARED, "effective_cache_size": _CACHE, "work_mem": _STEP}
        for name, reason in (*reasons.items(), ("maintenance_work_mem", _MAINTAIN)):
            yield unknown(situation, name, "--memory", reason)
        return
    yield within(
        situation, "shared_buffers", memory / 4, low=memory / 8, high=memory * 0.4,
        formula="memory / 4", reason=_SHARED, severity=Severity.WARNING,
    )  # fmt: skip
    yield within(
        situation, "effective_cache_size", memory * 0.75, low=memory * 0.5, high=memory * 0.9,
        formula="memory × 3/4", reason=_CACHE, severity=Severity.WARNING,
    )  # fmt: skip
    yield _work_mem(situation, memory)
    yield _maintenance(situation, memory)
    if situation.amount("shared_buffers") >= 8 * GB:
        yield one_of(
            situation, "huge_pages", ("try", "on"),
            reason="page tables of 8 GB and more in small pages cost memory in every session",
        )  # fmt: skip


def _work_mem(situation: Situation, memory: int) -> Advice:
    """What is left beside shared_buffers and the system, for all steps of all that work at once."""
    buffers = min(situation.amount("shared_buffers"), memory / 4)
    multiplier = max(situation.amount("hash_mem_multiplier"), 1.0)
    share = (memory - buffers) * 0.8 / (situation.connections * STEPS * multiplier)
    best = max(_rounded(share), 4 * MB)
    return within(
        situation, "work_mem", best, low=min(best / 4, 4 * MB), high=max(best * 2, 4 * MB),
        formula=f"(memory − shared_buffers) × 0.8 / ({situation.connections} connections × {STEPS} steps × "
        f"hash_mem_multiplier {multiplier:g})",
        reason=f"{_STEP}; a single statement that needs more is better given it alone",
        severity=Severity.WARNING if situation.amount("work_mem") > best * 2 else Severity.NOTICE,
    )  # fmt: skip


def _maintenance(situation: Situation, memory: int) -> Advice:
    workers = situation.amount("autovacuum_max_workers")
    own = situation.amount("autovacuum_work_mem") >= 0
    most = INDEX_MOST if own or situation.major >= 17 else VACUUM_MOST
    best = max(_rounded(min(memory / 16, most)), 64 * MB)
    if not own:
        best = max(_rounded(min(best, memory / 8 / workers)), 64 * MB)
    return within(
        situation, "maintenance_work_mem", best, low=best / 2, high=max(best * 2, 64 * MB),
        formula="memory / 16, and no more than memory / 8 for all autovacuum workers together"
        + ("" if situation.major >= 17 or own else "; VACUUM uses 1 GB at most before 17"),
        reason=_MAINTAIN,
    )  # fmt: skip


def _rounded(size: float) -> float:
    """Down to two binary digits: 12 MB, 96 MB, 768 MB."""
    step = KB
    while step * 4 <= size:
        step *= 2
    return float(size // step * step)
