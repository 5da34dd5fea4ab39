"""Amounts for people: one way to write a size, so that two pages never disagree about it."""

from __future__ import annotations


def size(amount: float) -> str:
    """Bytes in binary units as PostgreSQL names them: `0 bytes`, `640 kB`, `1.2 MB`, `19 MB`, `1.2 GB`."""
    if abs(amount) < 1024:
        return f"{amount:,.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        amount /= 1024
        if abs(amount) < 1000:
            return f"{amount:,.{1 if abs(amount) < 10 and unit != 'kB' else 0}f} {unit}"
    return f"{amount / 1024:,.1f} TB"
