"""Kinds of nodes that several rooms speak of, by their type, and the size of a page."""

from __future__ import annotations

GATHERS = frozenset({"Gather", "Gather Merge"})
"""Below them several processes work."""
APPENDS = frozenset({"Append", "Merge Append"})
"""They give the rows of their members, one after the other or in one order."""
SCANS = frozenset({"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"})
"""They give the rows of one table."""

CONDITIONS = ("Index Cond", "Recheck Cond", "TID Cond", "Filter", "Join Filter", "Hash Cond", "Merge Cond")
"""The keys under which a node shows what it compares."""

BLOCK = 8192
"""Bytes of a page; servers that are built with another size are too rare to ask for."""
