"""The first screen: what the statement took, where that went, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnose.diagnosis import Diagnosis
from ...diagnose.naming import kind
from ...diagnose.query_plan.kinds import APPENDS
from ...diagnose.query_plan.model import Node
from ...sql import parse
from . import amounts, naming
from .clock import Clock

LARGEST = 5
"""Places that are named; the rest is one line."""
LONG_LINE = 100
"""A statement in one line is laid out when it is longer."""
LONG_LINES = 14
"""A statement of more lines is folded."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A number with its name; `note` is a word on it."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where time went: a node or what stands beside the nodes. `anchor` is empty where there is no node."""

    name: str
    amount: str
    percent: str
    share: float
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Head:
    """The view. `whole` is the time of the whole, or its cost; `how` says how it was measured."""

    title: str
    whole: str
    unit: str
    how: str
    facts: tuple[Fact, ...]
    places: tuple[Place, ...]
    statement: str
    folded: bool


def head(clock: Clock, diagnosis: Diagnosis, title: str) -> Head:
    """The view of a diagnosis."""
    statement = _statement(diagnosis.plan.query.strip())
    number, _, unit = clock.text(clock.whole).rpartition(" ") if clock.timed else (f"{clock.whole:,.0f}", "", "cost")
    return Head(
        title=title or "Query plan",
        whole=number,
        unit=unit,
        how=_how(clock),
        facts=tuple(_facts(diagnosis)),
        places=tuple(_places(clock)),
        statement=statement,
        folded=statement.count("\n") >= LONG_LINES,
    )


def _statement(text: str) -> str:
    """The statement as its author wrote it; laid out where it is one long line."""
    return parse.formatted(text) if "\n" not in text and len(text) > LONG_LINE else text


def _how(clock: Clock) -> str:
    plan = clock.account.plan
    if plan.timed:
        return "executed and timed"
    if plan.measured:
        return "executed with TIMING OFF: rows are real, shares are of the planner's cost"
    return "only planned, not executed: shares are of the planner's cost"


def _facts(diagnosis: Diagnosis) -> Iterator[Fact]:
    plan, account = diagnosis.plan, diagnosis.account
    if account.execution_ms is not None and account.accounted_ms is not None:
        part = account.accounted_ms / account.execution_ms if account.execution_ms else 1.0
        yield Fact(name="accounted for", value=f"{min(part, 1.0) * 100:.1f} %")
    elif (measured := plan.milliseconds("Execution Time")) is not None:
        yield Fact(name="execution", value=amounts.milliseconds(measured))
    planning = plan.milliseconds("Planning Time")
    if planning is not None:
        yield Fact(name="planning", value=amounts.milliseconds(planning))
    rows = plan.root.number("Actual Rows") * plan.root.loops if plan.measured else plan.root.number("Plan Rows")
    yield Fact(name="rows" if plan.measured else "rows expected", value=amounts.count(rows))
    hit, read = (plan.root.number(f"Shared {what} Blocks") for what in ("Hit", "Read"))
    if "Shared Hit Blocks" in plan.root.properties:
        yield Fact(name="blocks from the cache", value=amounts.count(hit), note=amounts.size(hit) if hit else "")
        yield Fact(name="blocks read", value=amounts.count(read), note=amounts.size(read) if read else "")
    yield Fact(name="nodes", value=amounts.count(len(plan.nodes)))
    if diagnosis.surroundings is not None:
        major, minor = divmod(diagnosis.surroundings.version, 10_000)
        yield Fact(name="PostgreSQL", value=f"{major}.{minor}")


def _places(clock: Clock) -> Iterator[Place]:
    account = clock.account
    found = [*_nodes(clock), *((each.milliseconds, f"trigger {each.name}", "") for each in account.triggers)]
    if clock.timed:
        found.append((account.serialization_ms, "serialization of the rows", ""))
        found.append((account.executor_ms, "the executor outside of all nodes", ""))
    found = sorted((each for each in found if each[0] > 0), key=lambda each: -each[0])
    for amount, name, anchor in found[:LARGEST]:
        yield _place(clock, name, amount, anchor)
    rest = found[LARGEST:]
    if rest:
        yield _place(clock, f"{len(rest):,} more", sum(each[0] for each in rest), "")


def _nodes(clock: Clock) -> Iterator[tuple[float, str, str]]:
    """What each node took by itself. The members of an Append that are of one kind are one place: a partitioned table
    of a thousand parts is slow as a whole."""
    plan = clock.account.plan
    members: dict[tuple[Node, str], list[Node]] = {}
    for node in plan.nodes:
        above = plan.parents.get(node.path)
        if above is not None and above.type in APPENDS:
            members.setdefault((above, kind(node)), []).append(node)
        else:
            yield clock.own(node), naming.label(node), naming.anchor(node.path)
    for (above, name), nodes in members.items():
        one = len(nodes) == 1
        label = naming.label(nodes[0]) if one else f"{len(nodes):,} × {name}, all of one {above.type}"
        yield sum(map(clock.own, nodes)), label, naming.anchor(nodes[0].path if one else above.path)


def _place(clock: Clock, name: str, amount: float, anchor: str) -> Place:
    whole = clock.account.accounted_ms or 0.0
    share = amount / max(clock.whole, whole) if clock.timed and clock.whole else clock.share(amount)
    return Place(
        name=name,
        amount=clock.text(amount),
        percent=amounts.percent(share),
        share=round(share * 100, 2),
        anchor=anchor,
    )
