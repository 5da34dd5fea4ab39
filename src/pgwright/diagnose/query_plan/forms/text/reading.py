"""Reads the lines of one plan: a stack of open nodes, told apart by the column in which a line stands.

The root stands at the left edge, its own lines two columns deeper, and so do the arrows of the nodes below it; the
lines of a node behind an arrow stand six columns to the right of the arrow. A text in quotation marks may go on over
lines that look like anything, so an open quotation is followed to its end before the next line is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .....base.errors import QueryPlanError
from ...model import QueryPlan, tree
from .. import whole
from ..limits import DEEPEST, HINT, too_deep
from . import ending
from .beginning import Beginning, is_root
from .expressions import left_open
from .label import known
from .label import read as label
from .node import KNOWN, Open
from .tail import Tail

_NUMBERS = frozenset({"Plan Rows", "Actual Loops"})
_HEADINGS = ("InitPlan ", "SubPlan ", "CTE ")


class Reader:
    """Reads the plan that begins at `beginning`. When it was read, `last` is its last line, and `place` where to look
    for the next one."""

    def __init__(self, lines: Sequence[str], beginning: Beginning) -> None:
        self.place = beginning.place
        self.last = beginning.place
        self._lines = lines
        self._beginning = beginning
        self._offset = beginning.offset
        self._stack: list[Open] = []
        self._heading = ""
        self._bare = False
        self._unnumbered = False
        self._tail = Tail()
        self._stray: int | None = None
        self._rows: int | None = None

    def read(self) -> QueryPlan:
        """The plan; raises QueryPlanError."""
        lines, offset = self._lines, self._offset
        root = self._whole(lines[self.place].lstrip(" "))
        try:
            tree_root = Open(label(root), 2)
        except ValueError as error:
            raise self._strange(self._beginning.place) from error
        self._stack.append(tree_root)
        self._bare = not _NUMBERS & tree_root.properties.keys()
        self.place += 1
        while self.place < len(lines):
            line = lines[self.place]
            text = line.lstrip(" ")
            if text:
                first = self.place
                try:
                    if not self._line(len(line) - len(text) - offset, text):
                        break
                except (ValueError, KeyError, IndexError) as error:
                    raise self._strange(first) from error
                if self._stray is None:
                    self.last = self.place
            self.place += 1
        return self._finish(tree_root)

    def _line(self, column: int, text: str) -> bool:
        """Takes a line; False where the plan ended before it."""
        if column <= 0 or self._tail.found:
            return self._beside(column, text)
        if self._stray is not None:
            return self._after_stray(text)
        stack, self._unnumbered = self._stack, False
        if text.startswith("->"):
            self._child(column, text)
            return True
        if self._heading:  # the name of a WITH goes on in another line
            self._heading += "\n" + text
            return True
        while column < stack[-1].column:
            stack.pop()
        top = stack[-1]
        if column > top.column:
            if top.below:
                raise ValueError(text)
            top.deeper(column - top.column, text, self._whole)
        elif text.startswith(_HEADINGS):
            self._heading = text
        else:
            top.line(text, self._whole)
        return True

    def _child(self, column: int, text: str) -> None:
        stack = self._stack
        if len(stack) > DEEPEST - 1:
            raise too_deep(self.place + 1)
        while column < stack[-1].column:
            stack.pop()
        parent = stack[-1]
        if column != parent.column + (2 if self._heading else 0):
            raise ValueError(text)
        name = text[2:].lstrip(" ")
        if '"' in name:
            name = self._whole(name)
        node = Open(label(name), column + 6)
        self._unnumbered = not self._bare and not _NUMBERS & node.properties.keys()
        if self._heading:
            node.properties["Subplan Name"] = self._heading
            self._heading = ""
        parent.below.append(node)
        stack.append(node)

    def _beside(self, column: int, text: str) -> bool:
        """Takes a line that stands beside the tree of nodes."""
        if column > 0 and self._tail.deeper(text):
            return True
        if column <= 0:
            if self._stray is None and self._tail.line(text):
                return True
            self._rows = ending.footer(text)
            if self._rows is not None:
                self.place += 1
                return False
            if is_root(text) or text.startswith("Query Text: ") or (self._bare and known(text)):
                return False
        return self._after_stray(text)

    def _after_stray(self, text: str) -> bool:
        """Passes over what is no part of the plan. What looks like one cannot come behind it."""
        if self._stray is None:
            self._stray = self.place
        if text.startswith("->") or text.partition(": ")[0] in KNOWN or Tail().line(text):
            raise self._strange(self._stray)
        return True

    def _whole(self, text: str) -> str:
        """`text` with the lines that it goes on over, where it opens a quotation."""
        inside = left_open(text)
        if not inside:
            return text
        parts, first = [text], self.place
        while inside:
            self.place += 1
            if self.place >= len(self._lines):
                raise self._cut("a quotation is not closed", first)
            line = self._lines[self.place]
            parts.append(line[self._offset :] if not line[: self._offset].strip() else line)
            inside = left_open(parts[-1], inside)
        return "\n".join(parts)

    def _finish(self, root: Open) -> QueryPlan:
        order = [root]
        for each in order:
            order.extend(each.below)
        documents: list[dict[str, Any]] = [each.finish() for each in order]
        for each in order:
            below = [child.properties for child in each.below]
            if below:
                ending.roles(each.properties, below)
                each.properties["Plans"] = below
        if self._heading:
            raise self._cut(f"there is nothing below {self._heading}")
        if self._unnumbered:
            raise self._cut("the line of its last node has no numbers", self.last)
        ending.never_timed(documents)
        properties = self._beside_tree(documents)
        plan = QueryPlan(root=tree(root.properties), properties=properties, query=self._beginning.query or "")
        if missing := whole.missing(plan):
            raise self._cut(missing)
        return plan

    def _beside_tree(self, documents: list[dict[str, Any]]) -> dict[str, Any]:
        properties = dict(self._tail.properties)
        ending.relations(properties.get("Triggers", ()), documents)
        if self._beginning.query is not None:
            properties["Query Text"] = self._beginning.query
        if self._beginning.parameters is not None:
            properties["Query Parameters"] = self._beginning.parameters
        if self._rows is not None:
            there = self.place - 1 - self._beginning.place
            if there < self._rows:
                raise self._cut(f"{self._rows} rows were announced, {there} are there")
        elif missing := whole.end_missing("Actual Loops" in documents[0], properties):
            raise self._cut(missing)
        return properties

    def _strange(self, place: int) -> QueryPlanError:
        return QueryPlanError(
            "this is no line of a query plan, or it does not stand where such a line would.", line=place + 1, hint=HINT
        )

    def _cut(self, missing: str, place: int | None = None) -> QueryPlanError:
        line = min(self.place if place is None else place + 1, len(self._lines))
        return QueryPlanError(f"the plan ends in the middle: {missing}.", line=line, hint=HINT)
