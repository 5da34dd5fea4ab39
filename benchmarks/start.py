"""CPU milliseconds of a command that needs no database against a bare interpreter. The promise is 100 ms above it."""

from __future__ import annotations

import resource
import subprocess
import sys

from .ratio import Ratio

BUDGET = 100.0
RUNS = 10


def run() -> list[Ratio]:
    """The best of ten runs of each."""
    bare = cpu([sys.executable, "-c", "pass"])
    return [
        Ratio(
            name=f"start of {' '.join(arguments)}",
            unit="ms CPU",
            ours=cpu([sys.executable, "-m", "pgwright", *arguments]),
            theirs=bare + BUDGET,
            against=f"a bare interpreter ({bare:.0f}) and {BUDGET:.0f} more",
            most=1.0,
        )
        for arguments in (["--version"], ["docs", "rename_column"])
    ]


def cpu(command: list[str]) -> float:
    """Milliseconds of user and system time, the least of some runs."""
    times = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times) * 1000
