"""The indexes that are there, compared in full: which say the same as another one, and which nobody reads.

`reader.read` takes all of them in one snapshot, `verdicts.judged` compares them. Two indexes are never told to go
because of each other, and of indexes that could stand for one another one always stays. Whether a query gets slower
without an index is proven elsewhere, on a clone; this room only says what follows from definitions and counters.
"""

from .values import ForeignKey, Index, Key, Snapshot, Table, Usage
from .verdicts import Kind, Verdict, judged

__all__ = ["ForeignKey", "Index", "Key", "Kind", "Snapshot", "Table", "Usage", "Verdict", "judged"]
