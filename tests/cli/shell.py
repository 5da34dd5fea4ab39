"""Runs the command line as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(**extra: str) -> dict[str, str]:
    """The environment of a user who has nothing configured."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_URL", "LC_", "LANG"))
    }
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80", "LC_ALL": "C.UTF-8", **extra}


def pgwright(
    *arguments: str, folder: Path | None = None, env: Mapping[str, str] | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """`pgwright ARGUMENTS` in `folder`, without a terminal; `given` is what comes on standard input."""
    return subprocess.run(
        [sys.executable, "-m", "pgwright", *arguments],
        cwd=folder,
        env=environment(**(env or {})),
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
