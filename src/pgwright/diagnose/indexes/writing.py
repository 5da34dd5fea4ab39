"""What an index costs those who write: the entries made since the statistics began."""

from __future__ import annotations

from dataclasses import dataclass

from .values import Index, Snapshot


@dataclass(frozen=True, kw_only=True)
class WriteCost:
    """Index entries written since the statistics began (every INSERT, every UPDATE that is not HOT), the same per
    second, and the average bytes of one; None where there is no figure."""

    entries: float
    per_second: float | None
    bytes_each: float | None

    @property
    def sentence(self) -> str:
        """The cost in words."""
        if not self.entries:
            return "nothing was written to it since the statistics began"
        speed = f", {self.per_second:,.2g} per second" if self.per_second is not None else ""
        return f"{self.entries:,.0f} entries were written since the statistics began{speed}"


def cost(snapshot: Snapshot, index: Index) -> WriteCost:
    """The write cost of an index with all that is attached to it."""
    family = [each for each in snapshot.family(index) if not each.partitioned]
    entries = sum(_entries(snapshot, each) for each in family)
    rows, size = sum(max(each.rows, 0) for each in family), sum(each.bytes for each in family)
    return WriteCost(
        entries=entries,
        per_second=entries / snapshot.statistics_age if snapshot.statistics_age > 0 else None,
        bytes_each=size / rows if rows else None,
    )


def size(snapshot: Snapshot, index: Index) -> int:
    """Bytes of an index with all that is attached to it."""
    return sum(each.bytes for each in snapshot.family(index))


def _entries(snapshot: Snapshot, index: Index) -> float:
    table = snapshot.tables[index.table]
    written = table.inserted + max(table.updated - table.updated_hot, 0)
    if index.predicate and table.rows > 0 and index.rows >= 0:
        return written * min(index.rows / table.rows, 1)
    return written
