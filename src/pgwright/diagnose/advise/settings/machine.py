"""Whether the server runs on this machine, and then what the machine has. Storage is not looked up: what a virtual disk
says about itself is no help.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", ""})
_GROUPS = Path("/sys/fs/cgroup")


def detected(host: str, pid: int) -> tuple[int | None, int] | None:
    """Bytes of memory and processors that the server may use; None where it is elsewhere, or that is not certain.
    `host` is what was connected to, `pid` the process of the session as the server gives it: a tunnel, a pooler or a
    container may stand behind a local address, and then that process is not here."""
    if not (host in _LOOPBACK or host.startswith(("/", "@"))):
        return None
    if sys.platform != "linux":
        return (_physical(), os.cpu_count() or 1) if host.startswith("/") else None
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
    except OSError:
        return None
    if not name.startswith("postgres"):
        return None
    group = _group(pid)
    limits = [each for each in (_physical(), _memory(group)) if each is not None]
    return min(limits, default=None), min(os.cpu_count() or 1, _cpus(group) or sys.maxsize)


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None


def _group(pid: int) -> Path:
    """The control group of the server, which may be given less than the machine has."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return _GROUPS
    path = next((line[3:] for line in lines if line.startswith("0::")), "/")
    return _GROUPS / path.lstrip("/")


def _memory(group: Path) -> int | None:
    """The memory limit of the group."""
    words = _words(group / "memory.max")
    return int(words[0]) if words and words[0].isdigit() else None


def _cpus(group: Path) -> int | None:
    """The processors of the group: its quota, rounded up."""
    words = _words(group / "cpu.max")
    if len(words) != 2 or not words[0].isdigit():
        return None
    return max(-(-int(words[0]) // int(words[1])), 1)


def _words(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").split()
    except OSError:
        return []
