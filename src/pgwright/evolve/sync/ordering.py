"""In which order the links of a table are carried: none before the one that makes what it reads.

A column that is filled by itself comes first, because pairs may read it, unless it reads the new side of a pair.
"""

from __future__ import annotations

from collections.abc import Iterable

from .link import Link


def in_order(links: Iterable[Link]) -> list[Link]:
    """The links, given from the oldest to the newest, in the order of old → new. Where two read each other's column,
    which no statement can ask for, the given order counts."""
    left = sorted(links, key=lambda each: not each.alone)
    found: list[Link] = []
    while left:
        ready = (each for each in left if not _reads(each) & {other.new for other in left if other.new != each.new})
        found.append(next(ready, left[0]))
        left.remove(found[-1])
    return found


def _reads(link: Link) -> set[int]:
    return set(link.columns.values()) if link.alone else set(link.old_side())
