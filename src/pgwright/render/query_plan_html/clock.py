"""What the views measure with: the time of the whole, or the planner's cost where nothing was timed.

A width on this page is a share of `whole`. The size of a subtree is what its nodes took by themselves, added up along
the edges of the account: so the parts of a node always fit into it, also where a WITH is split between its readers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...diagnose.accounting.account import Account
from ...diagnose.accounting.inside import Edge, Inside
from ...diagnose.accounting.triggers import Trigger
from ...diagnose.query_plan.model import Node
from . import amounts


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Sizes of nodes in milliseconds, or in units of cost where `timed` is False."""

    account: Account
    timed: bool
    whole: float
    inside: Inside
    inclusive: Mapping[str, float]
    fired: Mapping[str, tuple[Trigger, ...]]

    def own(self, node: Node) -> float:
        """What the node took by itself, without the triggers that fired inside it."""
        found = self.account.of(node)
        return (found.exclusive or 0.0) if self.timed else found.share * self.whole

    def share(self, amount: float) -> float:
        """The part of the whole that an amount is."""
        return min(amount / self.whole, 1.0) if self.whole else 0.0

    def text(self, amount: float) -> str:
        """An amount, as it stands in a column of amounts; costs have no unit."""
        return amounts.milliseconds(amount) if self.timed else f"{amount:,.0f}"

    def named(self, amount: float) -> str:
        """An amount, as it stands in a sentence."""
        return self.text(amount) if self.timed else f"a cost of {self.text(amount)}"


def clock(account: Account) -> Clock:
    """The clock of an account."""
    timed = account.plan.timed
    fired: dict[str, tuple[Trigger, ...]] = {}
    for trigger in account.triggers:
        if trigger.node:
            fired[trigger.node] = (*fired.get(trigger.node, ()), trigger)
    whole = (account.execution_ms if timed else account.plan.root.number("Total Cost")) or 0.0
    order, inside = _walk(account)
    inclusive: dict[str, float] = {}
    for node in order:
        each = account.of(node)
        own = each.exclusive if each.exclusive is not None else each.share * whole
        own += sum(trigger.milliseconds for trigger in fired.get(node.path, ()))
        inclusive[node.path] = own + sum(edge.part * inclusive[edge.node.path] for edge in inside[node.path])
    return Clock(account=account, timed=timed, whole=whole, inside=inside, inclusive=inclusive, fired=fired)


def _walk(account: Account) -> tuple[list[Node], Inside]:
    """All nodes, each after those that ran inside it; and the edges without those that lead back to where one came
    from. The account guesses where an InitPlan ran whose reader is not shown, and may guess so that there are some."""
    order: list[Node] = []
    open_: set[str] = set()
    inside: dict[str, tuple[Edge, ...]] = {}
    for start in account.plan.nodes:
        stack = [start]
        while stack:
            node = stack[-1]
            if node.path not in inside:
                open_.add(node.path)
                inside[node.path] = tuple(edge for edge in account.inside[node.path] if edge.node.path not in open_)
                stack.extend(edge.node for edge in inside[node.path] if edge.node.path not in inside)
            else:
                stack.pop()
                if node.path in open_:
                    open_.remove(node.path)
                    order.append(node)
    return order, inside


def holders(clock: Clock) -> dict[str, tuple[tuple[Node, float], ...]]:
    """By path, the nodes that a node ran inside, each with the part of it that did."""
    found: dict[str, tuple[tuple[Node, float], ...]] = {}
    for node in clock.account.plan.nodes:
        for edge in clock.inside[node.path]:
            found[edge.node.path] = (*found.get(edge.node.path, ()), (node, edge.part))
    return found
