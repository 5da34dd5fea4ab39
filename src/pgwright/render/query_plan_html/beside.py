"""What stands beside the nodes, and the sum: so that a reader sees that every millisecond is somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...diagnose.accounting.account import Account
from . import amounts, naming

_NAME = "Query Identifier"
"""A number that counts nothing."""
_TOLD = frozenset({"Planning Time", "Execution Time", "Triggers", "Query Text"})
"""Keys of the top level that have a place of their own."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the sum. `anchor` leads to a node, empty where there is none."""

    name: str
    amount: str
    percent: str
    note: str = ""
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A part of the plan's top level, as `Settings` or `JIT`: its keys and values."""

    name: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The lines of the sum (none where nothing was timed), the sum, what was measured, and all other keys."""

    entries: tuple[Entry, ...]
    total: Entry | None
    measured: Entry | None
    difference: str
    groups: tuple[Group, ...]


def beside(account: Account) -> Beside:
    """The view of an account."""
    groups = tuple(_groups(account))
    whole, sum_ = account.execution_ms, account.accounted_ms
    if whole is None or sum_ is None:
        return Beside(entries=(), total=None, measured=None, difference="", groups=groups)
    return Beside(
        entries=tuple(_entries(account, whole)),
        total=_entry("accounted for", sum_, whole),
        measured=_entry("Execution Time, as the server measured it", whole, whole),
        difference=_exact(whole - sum_) if abs(whole - sum_) >= 0.0005 else "",
        groups=groups,
    )


def _entries(account: Account, whole: float) -> Iterator[Entry]:
    nodes = [each.exclusive or 0.0 for each in account.nodes.values()]
    yield _entry(f"the nodes by themselves ({len(nodes):,})", sum(nodes), whole)
    for trigger in account.triggers:
        where = "inside the node that writes" if trigger.node else "after all nodes"
        kind = "constraint" if trigger.constraint else "trigger"
        note = f"{amounts.count(trigger.calls)} calls, {where}"
        anchor = naming.anchor(trigger.node) if trigger.node else ""
        on = f" on {trigger.relation}" if trigger.relation else ""
        yield _entry(f"{kind} {trigger.name}{on}", trigger.milliseconds, whole, note, anchor)
    if "Serialization" in account.plan.properties:
        yield _entry("serialization of the rows", account.serialization_ms, whole, "making the text that is sent")
    yield _entry("the executor outside of all nodes", account.executor_ms, whole, "it starts, hands out rows, and ends")


def _entry(name: str, amount: float, whole: float, note: str = "", anchor: str = "") -> Entry:
    percent = amounts.percent(amount / whole) if whole else ""
    return Entry(name=name, amount=_exact(amount), percent=percent, note=note, anchor=anchor)


def _exact(amount: float) -> str:
    return f"{amount:,.3f} ms"


def _groups(account: Account) -> Iterator[Group]:
    loose = []
    for key, value in account.plan.properties.items():
        if key in _TOLD:
            continue
        if isinstance(value, dict):
            rows = tuple((name, amounts.plain(each)) for name, each in value.items())
            yield Group(name=key, rows=rows or (("none", "nothing differs from the defaults"),))
        else:
            loose.append((key, str(value) if key == _NAME else amounts.plain(value)))
    planning = account.plan.milliseconds("Planning Time")
    if planning is not None:
        loose.insert(0, ("Planning Time", _exact(planning)))
    if loose:
        yield Group(name="Other", rows=tuple(loose))
