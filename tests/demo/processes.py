"""Whether a process that is not our child still runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def alive(pid: int) -> bool:
    """False when there is none of that number, or only its remains that nobody has collected."""
    try:
        os.kill(pid, 0)
        state = _state(pid)
    except (ProcessLookupError, FileNotFoundError):
        return False
    return bool(state) and not state.startswith("Z")


def _state(pid: int) -> str:
    """Its letter as ps shows it; a bare Debian has no ps, and macOS no /proc."""
    if Path("/proc/self/stat").exists():
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
