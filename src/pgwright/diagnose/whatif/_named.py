"""Which indexes a plan uses: it calls them by name alone, without a schema, and two schemas may have indexes of one
name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .planner import Existing, Index
from .proposed import Proposed


class Named:
    """Indexes by the names that plans call them by."""

    def __init__(self) -> None:
        self._owners: dict[str, set[Index]] = {}

    def add(self, index: Index, names: Iterable[str]) -> None:
        """An index goes by these names."""
        for name in names:
            self._owners.setdefault(name, set()).add(index)

    def used(
        self, root: Mapping[str, Any], shown: Collection[Proposed], hidden: Collection[Existing]
    ) -> frozenset[Index]:
        """The indexes that a plan may mean, of those that its planner saw. Where a name belongs to several, all of
        them: who takes one for used that is not asks the planner once more, and who overlooks one is wrong."""
        visible = {each for name in _names(root) for each in self._owners.get(name, ())}
        return frozenset(
            each for each in visible if (each in shown if isinstance(each, Proposed) else each not in hidden)
        )


def _names(root: Mapping[str, Any]) -> set[str]:
    """The names of the indexes in a plan."""
    found, stack = set(), [root]
    while stack:
        node = stack.pop()
        if "Index Name" in node:
            found.add(node["Index Name"])
        stack.extend(node.get("Plans", ()))
    return found
