"""One query before and after: its figures, its nodes, and what became better or worse of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..accounting.account import Account, NodeAccount, account
from ..query_plan.model import Node
from .align import Pair, align
from .measured import Measured

FIGURES: dict[str, Callable[[Measured], float | None]] = {
    "blocks": lambda query: query.blocks.high if query.measured else None,
    "temp blocks": lambda query: query.temp_blocks if query.measured else None,
    "WAL bytes": lambda query: query.wal_bytes.high if query.measured else None,
    "milliseconds": lambda query: query.milliseconds.low if query.milliseconds else None,
    "rows": lambda query: query.rows if query.measured else None,
    "cost": lambda query: query.cost,
}
"""What is told of a whole query, the most telling first; None where a plan does not know it."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number of a query before and after, None on a side that does not know it."""

    name: str
    before: float | None
    after: float | None

    @property
    def ratio(self) -> float | None:
        """How many times as much it is; None where that says nothing."""
        return self.after / self.before if self.before and self.after is not None else None


@dataclass(frozen=True, kw_only=True)
class NodeFigures:
    """What a node took by itself: blocks and rows of all loops (None where the plan was not executed), milliseconds
    (None where nothing was timed), and by which factor the planner misjudged its rows (None where that cannot be
    said)."""

    blocks: float | None
    milliseconds: float | None
    rows: float | None
    error: float | None


@dataclass(frozen=True, kw_only=True)
class NodeChange:
    """A node before and after with what it took; None on a side where it is not."""

    pair: Pair
    before: NodeFigures | None
    after: NodeFigures | None

    @property
    def more_blocks(self) -> float:
        """Blocks that it touches more than before; less than 0 for fewer."""
        return self.touched[1] - self.touched[0]

    @property
    def touched(self) -> tuple[float, float]:
        """Blocks that it touches before and after, 0 where it is not or was not executed."""
        before, after = ((side.blocks or 0.0) if side else 0.0 for side in (self.before, self.after))
        return before, after


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A query before and after; one of them is None where it is new, or gone."""

    name: str
    before: Measured | None
    after: Measured | None

    @cached_property
    def same_structure(self) -> bool:
        """Whether both have plans of one structure."""
        return self.both is not None and self.both[0].structure.lines == self.both[1].structure.lines

    @cached_property
    def same_statement(self) -> bool:
        """Whether the statement is the same, to its constants; white space does not count."""
        return self.both is not None and self.both[0].statement.split() == self.both[1].statement.split()

    @property
    def both(self) -> tuple[Measured, Measured] | None:
        """Before and after, where there are both."""
        return (self.before, self.after) if self.before is not None and self.after is not None else None

    @property
    def executed(self) -> bool:
        """Whether both sides were executed, so that blocks and times compare."""
        return self.both is not None and self.both[0].measured and self.both[1].measured

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of the whole."""
        return tuple(
            Figure(
                name=name,
                before=None if self.before is None else look(self.before),
                after=None if self.after is None else look(self.after),
            )
            for name, look in FIGURES.items()
        )

    @cached_property
    def nodes(self) -> tuple[NodeChange, ...]:
        """All nodes of both plans; none where the query is new or gone."""
        if self.both is None:
            return ()
        accounts = (account(self.both[0].plan), account(self.both[1].plan))
        return tuple(
            NodeChange(pair=pair, before=_figures(accounts[0], pair.before), after=_figures(accounts[1], pair.after))
            for pair in align(*self.both)
        )

    @cached_property
    def changed(self) -> tuple[NodeChange, ...]:
        """The nodes that are new, gone or not what they were."""
        return tuple(change for change in self.nodes if not change.pair.same)


def compare(before: Sequence[Measured], after: Sequence[Measured]) -> tuple[Comparison, ...]:
    """Each query of both sides by its name, in order of names."""
    left, right = ({query.name: query for query in side} for side in (before, after))
    return tuple(
        Comparison(name=name, before=left.get(name), after=right.get(name)) for name in sorted({*left, *right})
    )


def _figures(accounted: Account, node: Node | None) -> NodeFigures | None:
    if node is None:
        return None
    own: NodeAccount = accounted.of(node)
    return NodeFigures(
        blocks=accounted.blocks(node) if node.measured else None,
        milliseconds=own.exclusive,
        rows=own.rows.value if node.measured else None,
        error=own.error if node.measured else None,
    )
