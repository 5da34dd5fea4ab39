"""The account of a query plan: what each node took by itself, in time, rows and blocks, and what no node took.

A node's own time is its time on the clock less that of all that ran inside it (`inside`). Times are rounded to a
thousandth of a millisecond *per loop*, so that of a million loops only the half millisecond is known that they may be
off by: children are fitted into their parent within that. What does not fit even so is `unexplained_ms`, the measure of
wrong accounting; tests hold it near zero on every plan that they capture.

Without times (EXPLAIN without ANALYZE, TIMING OFF) shares are those of the planner's cost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..query_plan.model import Node, QueryPlan
from . import rows
from .censored import censored
from .inside import Inside, edges
from .processes import divisors
from .triggers import Trigger, triggers

ROUNDING = 0.0005
"""Half of the last digit of a time, in milliseconds."""

STARTING, STARTING_NODE, HANDING_OUT, DELETING = 0.3, 0.02, 0.0002, 0.002
"""What the executor may take at most, in milliseconds, outside of all nodes: to start and end, the same for each node
(it opens tables and indexes, frees memory), to hand out a row of the root, and to delete a page of a temporary file.
Measured on 14 to 18: 600,000 rows take 22 ms, the files of a WITH of 60 MB 5 ms."""

TOUCHED = ("Shared Hit Blocks", "Shared Read Blocks", "Local Hit Blocks", "Local Read Blocks")
"""The counters of pages that were asked for, from the cache of the server or from below it."""


@dataclass(frozen=True, kw_only=True)
class NodeAccount:
    """What a node took. `milliseconds` is its time on the clock with all that ran inside it, `exclusive` without, both
    None where nothing was timed; `low` and `high` bound the exclusive time. `processes` divide its summed times; `rows`
    are of all loops; `censored` says why rows and estimate cannot be compared, empty where they can. `share` is its
    part of the whole, 0 to 1: of the time, or of the cost where there are no times."""

    node: Node
    processes: float
    milliseconds: float | None
    exclusive: float | None
    low: float | None
    high: float | None
    share: float
    rows: rows.Interval
    rows_estimated: float
    censored: str

    @property
    def error(self) -> float | None:
        """By which factor rows and estimate differ, 1 or more; None where they cannot be compared."""
        if self.censored or not self.node.executed:
            return None
        estimate, actual = max(self.rows_estimated, 1.0), self.rows
        nearest = min(max(estimate, actual.low), actual.high)
        return max(estimate / max(nearest, 1.0), nearest / estimate)


@dataclass(frozen=True, kw_only=True)
class Account:
    """The account of `plan`. `execution_ms` is its Execution Time (where the form has none, what the nodes and AFTER
    triggers took; None where nothing was timed). `executor_ms` is what the executor took outside of all nodes, to
    start, to end and to hand out rows: never more than that can be. `unexplained_ms` is what did not fit its parent."""

    plan: QueryPlan
    nodes: Mapping[str, NodeAccount]
    inside: Inside
    triggers: tuple[Trigger, ...]
    execution_ms: float | None
    serialization_ms: float
    executor_ms: float
    unexplained_ms: float

    def of(self, node: Node) -> NodeAccount:
        """The account of a node."""
        return self.nodes[node.path]

    @cached_property
    def accounted_ms(self) -> float | None:
        """What nodes, triggers, the output and the executor took together; None where nothing was timed."""
        if self.execution_ms is None:
            return None
        own = sum(each.exclusive or 0 for each in self.nodes.values())
        return own + self.trigger_ms + self.serialization_ms + self.executor_ms

    @cached_property
    def trigger_ms(self) -> float:
        """All triggers, those inside nodes too: nodes do not hold them in their exclusive time."""
        return sum(each.milliseconds for each in self.triggers)

    def exclusive(self, node: Node, *keys: str) -> float:
        """The sum of the counters `keys` (blocks, I/O times, WAL) of `node` less those of all that ran inside it."""
        whole = _sum(node, keys)
        own = whole
        for edge in self.inside[node.path]:
            inner = _sum(edge.node, keys)
            if (
                edge.node.is_cte and inner
            ):  # its scans ask for no pages but through it, so these say who pulled how much
                pulled = max(sum(_sum(scan, keys) for scan in self._scans[edge.node.path]), inner)
                own -= inner * whole / pulled
            else:
                own -= edge.part * inner
        return max(own, 0.0)

    @cached_property
    def _scans(self) -> Mapping[str, tuple[Node, ...]]:
        """By path of the query of a WITH, the nodes that pulled it."""
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.plan.nodes:
            for edge in self.inside[node.path]:
                if edge.node.is_cte:
                    found[edge.node.path] = (*found.get(edge.node.path, ()), node)
        return found

    def blocks(self, node: Node) -> float:
        """The pages that `node` itself asked for; a page counts each time."""
        return self.exclusive(node, *TOUCHED)

    def share(self, *nodes: Node) -> float:
        """The part of the whole, 0 to 1, that the nodes took by themselves."""
        return min(sum(self.nodes[node.path].share for node in {node.path: node for node in nodes}.values()), 1.0)

    def subtree_share(self, node: Node) -> float:
        """The part of the whole that `node` took with all that ran inside it."""
        seen, stack, share = set(), [node], 0.0
        while stack:
            each = stack.pop()
            if each.path not in seen:
                seen.add(each.path)
                share += self.nodes[each.path].share
                stack.extend(edge.node for edge in self.inside[each.path] if edge.part > 0.5)
        return min(share, 1.0)


def _sum(node: Node, keys: Sequence[str]) -> float:
    return sum(node.number(key) for key in keys)


def account(plan: QueryPlan, *, before_triggers: Collection[str] | None = None) -> Account:
    """The account of `plan`. `before_triggers` are the names of triggers known to fire BEFORE or INSTEAD OF."""
    divided = divisors(plan)
    spent = _clock(plan, divided) if plan.timed else _costs(plan)
    tolerance = {node.path: ROUNDING * max(node.loops, 1) / divided[node.path] for node in plan.nodes}
    inside = edges(plan, spent, tolerance)
    fitted = _Fitted(plan, spent, tolerance, inside)
    whole = sum(fitted.exclusive.values())
    serialization = _serialization(plan) if plan.timed else 0.0
    measured = plan.milliseconds("Execution Time") if plan.timed else None
    spare = None if measured is None else measured - whole - serialization
    fired = triggers(plan, spare, before_triggers)
    for trigger in fired:
        if trigger.node:
            fitted.exclusive[trigger.node] = max(fitted.exclusive[trigger.node] - trigger.milliseconds, 0.0)
    after = sum(each.milliseconds for each in fired if not each.node)
    execution = (measured if measured is not None else whole + serialization + after) if plan.timed else None
    return Account(
        plan=plan,
        nodes=_nodes(plan, divided, fitted, max(execution or whole, whole)),
        inside=inside,
        triggers=fired,
        execution_ms=execution,
        serialization_ms=serialization,
        executor_ms=min(max((execution or 0.0) - whole - serialization - after, 0.0), _executor(plan)),
        unexplained_ms=fitted.unexplained if plan.timed else 0.0,
    )


def _clock(plan: QueryPlan, divided: Mapping[str, float]) -> dict[str, float]:
    """By path, the time on the clock of each node with all below it."""
    return {node.path: node.number("Actual Total Time") * node.loops / divided[node.path] for node in plan.nodes}


def _costs(plan: QueryPlan) -> dict[str, float]:
    """By path, the planner's cost of each node for all of its loops, made to fit below the root."""
    found, times = {}, {"0": 1.0}
    for node in plan.nodes:
        found[node.path] = node.number("Total Cost") * times[node.path]
        outer = next((child.number("Plan Rows") for child in node.children if child.role == "Outer"), 1.0)
        for child in node.children:
            repeated = (node.type == "Nested Loop" and child.role == "Inner") or child.is_sub_plan
            times[child.path] = times[node.path] * (max(outer, 1.0) if repeated else 1.0)
    return found


def _serialization(plan: QueryPlan) -> float:
    part = plan.properties.get("Serialization")
    return float(part.get("Time") or 0.0) if isinstance(part, dict) else 0.0


def _executor(plan: QueryPlan) -> float:
    """The most that the executor may have taken outside of all nodes, in milliseconds. With JIT the machine code is
    generated while it starts (14 to 18); what is generated in workers is not apart, so it is an upper bound."""
    jit = plan.properties.get("JIT")
    timing = jit.get("Timing") if isinstance(jit, dict) else None
    generation = timing.get("Generation") if isinstance(timing, dict) else 0.0
    if isinstance(generation, dict):  # 17 and newer
        generation = generation.get("Total")
    rows = plan.root.number("Actual Rows") * plan.root.loops
    files = sum(node.number("Temp Written Blocks") for node in plan.nodes if node is plan.root or node.is_cte)
    start = STARTING + STARTING_NODE * len(plan.nodes) + float(generation or 0.0)
    return start + HANDING_OUT * rows + DELETING * files


class _Fitted:
    """Times of subtrees made to fit into one another, and what each node took by itself."""

    def __init__(
        self, plan: QueryPlan, spent: Mapping[str, float], tolerance: Mapping[str, float], inside: Inside
    ) -> None:
        self.inclusive = dict(spent)
        self.exclusive: dict[str, float] = {}
        self.slack: dict[str, float] = {}
        self.unexplained = 0.0
        self._tolerance = tolerance
        self._inside = inside
        held = {edge.node.path for each in inside.values() for edge in each}
        ctes = [node.path for node in plan.nodes if node.is_cte]
        for path in (*(node.path for node in plan.nodes if node.path not in held), *ctes):
            self._fit(path)
        for node in plan.nodes:  # an InitPlan that never ran, or that its reader could not hold
            if node.path not in self.exclusive:
                self._fit(node.path)

    def _fit(self, root: str) -> None:
        stack = [root]
        while stack:
            path = stack.pop()
            if path in self.exclusive:
                continue
            self._children(path)
            stack.extend(edge.node.path for edge in self._inside[path] if not edge.node.is_cte)

    def _children(self, path: str) -> None:
        """Makes what ran inside a node fit into it, and leaves the rest to the node."""
        below, room = self._inside[path], self.inclusive[path]
        used = sum(self.inclusive[edge.node.path] * edge.part for edge in below)
        slack = sum(self._tolerance[edge.node.path] * edge.part for edge in below)
        if used > room:
            movable = [edge for edge in below if edge.part == 1.0 and not edge.node.is_cte]
            self.unexplained += max(used - room - slack - self._tolerance[path], 0.0)
            self._shrink([edge.node.path for edge in movable], used - room)
            used = sum(self.inclusive[edge.node.path] * edge.part for edge in below)
        self.exclusive[path] = max(room - used, 0.0)
        self.slack[path] = self._tolerance[path] + slack

    def _shrink(self, paths: list[str], excess: float) -> None:
        """Takes `excess` from subtrees: from those that may be wrong by rounding first, then from all alike."""
        for weights in (self._tolerance, self.inclusive):
            sizes = {path: min(weights[path], self.inclusive[path]) for path in paths}
            whole = sum(sizes.values())
            part = min(excess / whole, 1.0) if whole else 0.0
            for path, size in sizes.items():
                self.inclusive[path] -= size * part
            excess -= whole * part
            if excess <= 0:
                return


def _nodes(plan: QueryPlan, divided: Mapping[str, float], fitted: _Fitted, whole: float) -> dict[str, NodeAccount]:
    counted, expected, reasons = rows.totals(plan), rows.expected(plan), censored(plan) if plan.measured else {}
    found = {}
    for node in plan.nodes:
        own, slack = fitted.exclusive[node.path], fitted.slack[node.path]
        timed = plan.timed
        found[node.path] = NodeAccount(
            node=node,
            processes=divided[node.path],
            milliseconds=fitted.inclusive[node.path] if timed else None,
            exclusive=own if timed else None,
            low=max(own - slack, 0.0) if timed else None,
            high=min(own + slack, fitted.inclusive[node.path]) if timed else None,
            share=own / whole if whole else 0.0,
            rows=counted[node.path],
            rows_estimated=expected[node.path],
            censored=reasons.get(node.path, ""),
        )
    return found
