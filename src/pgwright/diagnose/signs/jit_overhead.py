"""Compiling the statement to machine code took longer than it can have saved.

## What it is

Above a cost of 100,000 the server compiles expressions with JIT before it runs them, in each process.

## Why it is slow

Compiling takes tens to hundreds of milliseconds, whatever the number of rows.

## Cure

JIT off for this statement. If it helps there, raise jit_above_cost for the role of the application.

## Disproof

Without JIT it takes as long: many rows went through the compiled expressions.

## Versions

14 to 18, where the server has JIT. Times of all processes are added up by the server; here the process that
compiled longest counts.

## Example

    SELECT count(*) FROM a_view_of_forty_joins WHERE customer_id = 7;
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..query_plan.model import Node, number
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Sign

NODES: frozenset[str] = frozenset()
WORTH = 0.1
"""Less is often won back by the compiled code."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The plan, when compiling took a good part of it."""
    jit = seen.plan.properties.get("JIT")
    if not isinstance(jit, dict) or not seen.total_ms:
        return
    workers = [total(each.get("JIT")) for one in seen.plan.nodes for each in one.workers]
    leader = max(total(jit) - sum(workers), 0.0)
    longest = max(leader, *workers) if workers else leader
    share = min(longest / seen.total_ms, 1.0)
    if share < WORTH:
        return
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"JIT compiles {jit.get('Functions', 0):,.0f} functions for {longest:,.1f} ms of {seen.total_ms:,.1f} ms"
        f"{f' in the slowest of {len([each for each in workers if each]) + 1} processes' if any(workers) else ''}.",
        why="Compiling takes its time whatever the number of rows.",
        disproof="Without JIT it takes as long.",
        share=share,
        confidence=Confidence.MEASURED,
        cure=_cures.session_setting("jit", "off"),
        fields={"JIT": dict(jit), "Leader": round(leader, 3)},
    )


def total(jit: Mapping[str, Any] | None) -> float:
    """The milliseconds that the JIT of a process took, or that of all of them."""
    timing = jit.get("Timing") if isinstance(jit, dict) else None
    return number(timing, "Total") if isinstance(timing, dict) else 0.0
