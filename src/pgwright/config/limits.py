"""Limits of the throttle as people write them: `10s`, `150ms`, `16GB`, `40`, `off`.

One way to read and to show them, for pgwright.toml, for `throttle set` and for messages.
"""

from __future__ import annotations

import re
from dataclasses import fields

from .settings import ThrottleSettings

OFF = "off"
_UNITS = {
    "s": {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "": 1.0},
    "B": {"B": 1.0, "kB": 1024.0, "KB": 1024.0, "MB": 1024.0**2, "GB": 1024.0**3, "TB": 1024.0**4, "": 1.0},
    "d": {"h": 1 / 24, "d": 1.0, "": 1.0},
    "%": {"%": 1.0, "": 1.0},
    "": {"": 1.0},
}
_EXAMPLES = {"s": "150ms, 10s, 5min", "B": "500MB, 16GB", "": "40", "d": "30d", "%": "80%"}
KEYS = {item.name: str(item.metadata["unit"]) for item in fields(ThrottleSettings)}
"""The unit of each limit: `s` for seconds, `B` for bytes, "" for a number."""


def parse(key: str, value: object) -> float | None:
    """The limit `key` (one of KEYS) that `value` means, in seconds, bytes or as a number; None for `off`. Raises
    ValueError with a sentence part that says what would be right."""
    if value is False or (isinstance(value, str) and value.strip().lower() == OFF):
        return None
    try:
        return measure(KEYS[key], value)
    except ValueError:
        raise ValueError(f"must be a limit such as {_EXAMPLES[KEYS[key]]}, or {OFF}") from None


def measure(unit: str, value: object) -> float:
    """The amount that `value` means in a unit: `s`, `B`, `d` for days, `%`, or "" for a plain number. Raises ValueError
    with a sentence part that says what would be right."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) *([a-zA-Z%]*)", str(value).strip())
    if match is None or match[2] not in _UNITS[unit] or isinstance(value, bool):
        raise ValueError(f"must be an amount such as {_EXAMPLES[unit]}")
    return float(match[1]) * _UNITS[unit][match[2]]


def shown(key: str, limit: float | None) -> str:
    """The limit as `parse` reads it."""
    return OFF if limit is None else amount(KEYS[key], limit)


def amount(unit: str, value: float) -> str:
    """A value in the largest unit that keeps it above one."""
    if unit == "s":
        return f"{value * 1000:.0f}ms" if value < 1 else f"{value:.3g}s" if value < 600 else f"{value / 60:.0f}min"
    if unit == "B":
        for name in ("TB", "GB", "MB", "kB"):
            if value >= _UNITS["B"][name]:
                return f"{value / _UNITS['B'][name]:.3g}{name}"
        return f"{value:.0f}B"
    return f"{value:g}{unit}"
