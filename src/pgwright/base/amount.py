"""Amounts for people: one way to write a size or a number of things, so that two pages never disagree about it."""

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


def plural(number: float, noun: str) -> str:
    """A number of things: `1 step`, `12,000 rows`, `2 indexes`."""
    text = f"{number:,.0f}"
    many = noun + ("es" if noun.endswith(("x", "ch", "ss")) else "s")
    return f"{text} {noun if text == '1' else many}"
