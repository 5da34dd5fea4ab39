"""How reads are asked for: 18 and newer."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging import one_of, unknown, whole, within
from ..situation import Advice, Situation

_WORKERS = "processes that read for all sessions under io_method = worker"


def advise(situation: Situation) -> Iterator[Advice]:
    """io_method among those that the server was compiled with, and io_workers."""
    if "io_method" not in situation.settings:
        return
    method = situation.settings["io_method"]
    others = tuple(each for each in method.choices if each in ("io_uring",))
    yield one_of(
        situation, "io_method", ("worker", *others),
        formula="worker, the default" + (" (io_uring is compiled in: measure before you choose it)" if others else ""),
        versions="18", reason="with sync every read of a scan waits for the one before",
    )  # fmt: skip
    if method.value != "worker":
        return
    cpus = situation.hardware.cpus
    if cpus is None:
        yield unknown(situation, "io_workers", "--cpus", _WORKERS)
        return
    best = min(max(3, cpus // 4), 32)
    yield within(
        situation, "io_workers", best, low=min(best, max(3, best // 2)), high=max(cpus, best), write=whole,
        formula="a quarter of the processors, and 3 at least", reason=_WORKERS, versions="18",
    )  # fmt: skip
