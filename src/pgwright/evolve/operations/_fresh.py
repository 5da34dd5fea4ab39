"""Actions on a table that the same plan creates: nobody can be in the way, so they run as typed."""

from __future__ import annotations

from ...base.name import RelationName
from ...sql import alter
from ...sql.quote import ident, qualified
from ..locks.declare import declared
from ..steps.step import Action, Kind, Lock, Phase, Step
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
    steps = (step, *_back(request))
    return Compiled(strategy="as typed", why="this plan creates the table, and nobody uses it yet", steps=steps)


def _back(request: Request) -> tuple[Step, ...]:
    """A table that was renamed gets its name back, so that rollback finds what it created."""
    node = request.action.node
    if request.action.key != "RenameStmt.OBJECT_TABLE":
        return ()
    schemas = (node.relation.schemaname,) if node.relation.schemaname else request.catalog.search_path
    schema = next(each for each in schemas if RelationName(each, node.relation.relname) in request.created)
    name, to = RelationName(schema, node.relation.relname), RelationName(schema, node.newname)
    table = {"relation": 0, "name": [name.schema, name.name], "aside": to.name}
    step = Step(
        id=f"{request.id}.back",
        operations=(request.id,),
        phase=Phase.ROLLBACK,
        kind=Kind.CUTOVER,
        summary=f"give {name} its name back",
        statements=(f"ALTER TABLE {qualified(to)} RENAME TO {ident(name.name)}",),
        action=Action(name="table_back", parameters={"tables": [table]}),
        seconds=0.01,
    )
    return (step,)
