"""How much memory a process of ours had, and the command line run so that it tells: `python -m
benchmarks.support.peak FILE ARGUMENTS…` runs `pgwright ARGUMENTS` and writes the MB into FILE; `-` as the only argument
connects, as a script with the same driver would, and does nothing more; without any it does nothing at all.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path


def peak_mb() -> float:
    """The most memory that this process ever had resident. ru_maxrss would count what its parent had before exec."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main(arguments: list[str]) -> int:
    """Runs it; returns its exit code."""
    file, *words = arguments
    code = 0
    if words == ["-"]:
        import psycopg

        psycopg.connect(os.environ["PGWRIGHT_DSN"]).close()
    elif words:
        from pgwright.cli import main as command

        code = command(words)
    Path(file).write_text(str(peak_mb()), encoding="ascii")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
