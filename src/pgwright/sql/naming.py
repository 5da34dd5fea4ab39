"""Names for objects that somebody has to name, no longer than names may be."""

from __future__ import annotations

import hashlib

LONGEST = 63
"""Bytes of a name; the server cuts off what is longer (14 to 18)."""


def fitting(*parts: str) -> str:
    """The parts joined by `_`. What is too long is cut before the last part, and gets a digest, so that two long names
    differ as their parts do."""
    whole = "_".join(parts)
    if len(whole.encode()) <= LONGEST:
        return whole
    ending = f"_{hashlib.sha256(whole.encode()).hexdigest()[:8]}_{parts[-1]}"
    return whole.encode()[: LONGEST - len(ending.encode())].decode(errors="ignore") + ending
