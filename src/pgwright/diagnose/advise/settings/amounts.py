"""Sizes as settings have them: bytes of a value in the units of pg_settings, and as one writes them."""

from __future__ import annotations

import re

KB, MB, GB = 1024, 1024**2, 1024**3
_UNITS = {"B": 1, "kB": KB, "MB": MB, "GB": GB, "TB": 1024**4}
_STORED = re.compile(r"(\d*)(B|kB|MB|GB|ms|s|min|d|h)")


def bytes_of(value: str, unit: str) -> float:
    """The bytes of a number in a unit of pg_settings (`8kB`, `kB`, `MB`, `B`)."""
    match = _STORED.fullmatch(unit)
    return float(value) * (int(match[1] or 1) * _UNITS[match[2]] if match and match[2] in _UNITS else 1)


def spelled(size: float) -> str:
    """A size as one writes it into a setting: in the largest unit that leaves three digits or fewer lost, `4GB`,
    `819MB`."""
    whole = max(int(size), KB)
    for unit in ("GB", "MB"):
        step = _UNITS[unit]
        if whole >= 10 * step or (whole >= step and whole % step == 0):
            return f"{whole // step}{unit}"
    return f"{whole // KB}kB"
