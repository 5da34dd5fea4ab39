"""What a node says about itself, complete: every key of the plan is somewhere on the page.

Most keys of a node are counters that stand at zero. What is zero, false or empty in every node is said once for the
whole plan (`common`), what is so in this node only as a list of names: so that what counts can be seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...diagnose.accounting.account import Account
from ...diagnose.naming import conditions
from ...diagnose.query_plan.model import Node, QueryPlan
from . import amounts

_APART = frozenset({"Workers"})
_COUNTERS = ("Blocks", "I/O Read Time", "I/O Write Time", "WAL Records", "WAL FPI", "WAL Bytes", "Buffers Full")
"""How the keys end of which children hold a part."""


@dataclass(frozen=True, kw_only=True)
class Property:
    """A key with its value; `own` is what the node did of it by itself, empty where that is all of it."""

    key: str
    value: str
    own: str = ""


@dataclass(frozen=True, kw_only=True)
class Workers:
    """What each worker says: a heading, and for each key one text per worker."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Details:
    """All that a node says; `zero` are the keys that are zero, false or empty here and not everywhere."""

    properties: tuple[Property, ...]
    zero: tuple[str, ...]
    workers: Workers | None


def common(plan: QueryPlan) -> Mapping[str, object]:
    """The keys that are zero, false or empty wherever they are, with one such value; none for a single node."""
    values: dict[str, object] = {}
    telling: set[str] = set()
    for node in plan.nodes:
        for key, value in node.properties.items():
            if _tells(value):
                telling.add(key)
            else:
                values.setdefault(key, value)
    return {key: value for key, value in values.items() if key not in telling}


def details(account: Account, node: Node, same: Mapping[str, object]) -> Details:
    """The details of a node; `same` are the keys that are said elsewhere."""
    said = {key for key, _ in conditions(node)}
    shown = {k: value for k, value in node.properties.items() if k not in same and k not in _APART and k not in said}
    return Details(
        properties=tuple(
            Property(key=key, value=amounts.plain(value), own=_own(account, node, key))
            for key, value in shown.items()
            if _tells(value)
        ),
        zero=tuple(key for key, value in shown.items() if not _tells(value)),
        workers=_workers(node.workers) if node.workers else None,
    )


def _tells(value: object) -> bool:
    return value not in (None, 0, "", [], {})


def _own(account: Account, node: Node, key: str) -> str:
    if not key.endswith(_COUNTERS) or not account.inside[node.path]:
        return ""
    whole, own = node.number(key), account.exclusive(node, key)
    return "" if abs(whole - own) < 0.0005 else amounts.plain(round(own, 3))


def _workers(workers: Sequence[Mapping[str, object]]) -> Workers:
    keys = list(dict.fromkeys(key for each in workers for key, value in each.items() if value))
    return Workers(
        names=tuple(amounts.plain(each.get("Worker Number", number)) for number, each in enumerate(workers)),
        rows=tuple(
            (key, tuple(amounts.plain(each.get(key, "")) for each in workers)) for key in keys if key != "Worker Number"
        ),
    )
