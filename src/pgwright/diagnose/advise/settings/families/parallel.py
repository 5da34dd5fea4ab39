"""How many processes work at one query, and in all."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging import unknown, whole, within
from ..situation import Advice, Situation

_POOL = "background processes of all kinds; logical replication and extensions take theirs from it too"
_ALL = "processes for all parallel queries together: more than processors only take turns"
_EACH = "processes for one step of one query; each may use work_mem again"
_MAINTAIN = "processes for CREATE INDEX (b-tree, from 17 BRIN, from 18 GIN) and for the indexes of VACUUM"


def advise(situation: Situation) -> Iterator[Advice]:
    """max_worker_processes, max_parallel_workers, …_per_gather, max_parallel_maintenance_workers."""
    cpus = situation.hardware.cpus
    if cpus is None:
        for name, reason in (
            ("max_worker_processes", _POOL),
            ("max_parallel_workers", _ALL),
            ("max_parallel_workers_per_gather", _EACH),
            ("max_parallel_maintenance_workers", _MAINTAIN),
        ):
            yield unknown(situation, name, "--cpus", reason)
        return
    pool = max(8, cpus)
    yield within(
        situation, "max_worker_processes", pool, low=pool, high=max(4 * pool, 64), write=whole,
        formula="the processors, and 8 at least", reason=_POOL,
    )  # fmt: skip
    yield within(
        situation, "max_parallel_workers", cpus, low=min(cpus, 8), high=max(2 * cpus, 8), write=whole,
        formula="the processors", reason=_ALL,
    )  # fmt: skip
    half = max(cpus // 2, 1)
    each = half if situation.workload == "olap" else min(2, half)
    yield within(
        situation, "max_parallel_workers_per_gather", each,
        low=min(each, 2), high=max(half, 2), write=whole,
        formula="half of the processors" + ("" if situation.workload == "olap" else ", and 2 beside short queries"),
        reason=_EACH,
    )  # fmt: skip
    maintain = min(4, half)
    yield within(
        situation, "max_parallel_maintenance_workers", maintain, low=min(maintain, 2), high=max(half, 4), write=whole,
        formula="half of the processors, and no more than 4", reason=_MAINTAIN,
    )  # fmt: skip
