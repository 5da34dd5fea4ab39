"""Keeps what a benchmark found as JSON, with where and when it was measured.

`benchmarks/results/` is committed: the docs page is made of it, and of nothing that was typed.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pgwright.server.find import find
from tests.support.selection import server_folders

from .options import Options
from .report import Report

RESULTS = Path(__file__).resolve().parents[1] / "results"


def document(name: str, command: str, report: Report, options: Options, before: float | None) -> dict[str, Any]:
    """The report as a JSON object; `before` is the load of the machine when the run began."""
    return {
        "version": 1,
        "name": name,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "command": command,
        "machine": machine(before),
        "versions": versions(options),
        **asdict(report),
    }


def keep(found: Mapping[str, Any], folder: Path = RESULTS) -> Path:
    """Writes the object; returns where."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{found['name']}.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def machine(before: float | None) -> dict[str, Any]:
    """What the figures depend on most."""
    return {
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "load_before": before,
    }


def versions(options: Options) -> dict[str, str]:
    """What was measured, and with what."""
    return {
        "pgwright": version("pgwright"),
        "PostgreSQL": find(options.major, folders=server_folders()).version,
        "Python": platform.python_version(),
        "psycopg": version("psycopg"),
    }


def load_average() -> float | None:
    """The machine's load over the last minute, None where the system does not tell."""
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return None


def _processor() -> str:
    """Its name as Linux tells it, elsewhere as Python does."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
