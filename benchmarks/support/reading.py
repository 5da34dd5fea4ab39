"""How long a plan takes to be read and diagnosed, and what memory: in this process, and by the command line."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pgwright.base.errors import PgwrightError
from pgwright.demo.traffic import python_environment
from pgwright.diagnose.diagnosis import diagnose
from pgwright.diagnose.query_plan import read

from .load import ROOT
from .report import Table, spread

COMMAND_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Speed:
    """One plan: its size, milliseconds of each run, of the whole command, and the peak memory of its process."""

    nodes: int
    findings: int
    kilobytes: float
    read: tuple[float, ...]
    diagnosed: tuple[float, ...]
    command: tuple[float, ...]
    peak_mb: float

    @property
    def together(self) -> tuple[float, ...]:
        """Read and diagnosed, run by run."""
        return tuple(map(float.__add__, self.read, self.diagnosed))


def of(text: str, runs: int) -> Speed:
    """The speed of a plan; raises PgwrightError where this form is not read."""
    if not read.is_plan(text):
        raise PgwrightError("This form of a plan is not read.")
    reads, diagnoses = [], []
    for _ in range(runs):
        began = time.perf_counter()
        [plan] = read.plans(text)
        middle = time.perf_counter()
        diagnosis = diagnose(plan)
        ended = time.perf_counter()
        reads.append(1000 * (middle - began))
        diagnoses.append(1000 * (ended - middle))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "plan"
        file.write_text(text, encoding="utf-8")
        commands = tuple(_command(["-m", "pgwright", "explain", str(file)]) for _ in range(min(runs, 5)))
        peak = Path(place) / "peak"
        _command(["-m", "benchmarks.support.peak", str(peak), "explain", str(file)])
        peak_mb = float(peak.read_text(encoding="ascii"))
    return Speed(
        nodes=len(plan.nodes),
        findings=len(diagnosis.found),
        kilobytes=len(text.encode()) / 1000,
        read=tuple(reads),
        diagnosed=tuple(diagnoses),
        command=commands,
        peak_mb=peak_mb,
    )


def _command(words: list[str]) -> float:
    """Milliseconds of a process of Python."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words],
        env={**python_environment(), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    if done.returncode:
        raise PgwrightError(f"`python {' '.join(words)}` ended with {done.returncode}: {done.stderr.strip()}")
    return 1000 * (time.perf_counter() - began)


def table(found: Mapping[str, Speed]) -> Table:
    """Milliseconds and MB."""
    rows = tuple(
        (
            name, f"{each.nodes:,}", f"{each.kilobytes:,.0f} kB", f"{each.findings:,}",
            f"{min(each.together):,.0f} ms", f"{statistics.median(each.together):,.0f} ms", spread(each.read, ",.0f"),
            spread(each.diagnosed, ",.0f"), f"{min(each.command):,.0f} ms", f"{each.peak_mb:,.0f} MB",
        )
        for name, each in found.items()
    )  # fmt: skip
    head = ("", "nodes", "size", "findings", "best", "median", "read", "diagnosed", "command", "peak memory")
    return Table(title="Large plans, read and diagnosed", head=head, rows=rows)
