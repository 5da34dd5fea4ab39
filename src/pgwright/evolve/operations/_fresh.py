"""Actions on a table that the same plan creates: nobody can be in the way, so they run as typed."""

from __future__ import annotations

from ...sql import alter
from ..locks.declare import declared
from ..steps.step import Kind, Lock, Phase, Step
from ._operation import Compiled, Request


def compile_(request: Request) -> Compiled:
    """One instant step. Only what it does to other tables counts: a foreign key locks the one that it points to, and
    looks at none of its rows while the table is empty."""
    action = request.action
    effects = declared(action.key, action.node, action.statement, request.catalog)
    if effects is None:
        raise request.refuse("nobody knows what this statement locks", hint="Write it in its plain form.")
    node = alter.alone(action)
    if action.statement.kind == "IndexStmt":
        node.concurrent = False  # it cannot be in the transaction of a step, and there is nobody to wait for
    step = Step(
        id=f"{request.id}.run",
        operations=(request.id,),
        phase=Phase.EXPAND,
        kind=Kind.INSTANT,
        summary=" ".join(alter.deparsed(node).split())[:70],
        statements=(alter.deparsed(node),),
        locks=tuple(Lock(relation=effect.relation, oid=effect.oid, mode=effect.mode) for effect in effects),
        seconds=0.01,
        undo=("goes with the table",),
    )
    return Compiled(strategy="as typed", why="this plan creates the table, and nobody uses it yet", steps=(step,))
