"""UNIQUE and PRIMARY KEY brought back after contract: their index is built concurrently again and taken over, under
the names that they had."""

from __future__ import annotations

from ...catalog.values import Constraint, Index
from ...sql import alter, parse
from ...sql.index import elsewhere
from ...sql.parse import Node
from ...sql.quote import ident, literal, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _constraints
from ._key import key
from ._steps import Steps, comment_on
from ._unique import attach, deferral, unique


def key_back(steps: Steps, constraint: Constraint, index: Index) -> list[Step]:
    """The steps of the grace period. They speak the names of the place: renames before it are native by then."""
    kind = "PRIMARY KEY" if constraint.kind == "primary key" else "UNIQUE"
    node = _node(steps, constraint, index)
    if steps.partitioned:
        columns = [each.string.sval for each in node.keys]
        made = key(steps, node, kind, columns, Phase.RESTORE, tag="restore_", names=_names(steps, constraint, index))
        built = [each for each in made if each.phase is Phase.RESTORE]
    else:
        look = unique(steps, node, kind, constraint.name, tag="restore_").look(Phase.RESTORE)
        first = [look] if _constraints.all_seen(steps.request, steps.table) else []
        built = [*first, _build(steps, index), _attach(steps, kind, constraint, node)]
    return [*built, *_settings(steps, index, constraint)]


def _build(steps: Steps, index: Index) -> Step:
    statement = elsewhere(index.definition, names=(), to="", name=index.name, concurrently=True)
    for name, there in steps.shape.server_names().items():
        statement = elsewhere(statement, names=(there,), to=name, name=index.name, concurrently=True)
    parameters = {
        "relation": steps.table.oid,
        "schema": index.schema,
        "name": index.name,
        "of": "",
        "statement": statement,
        "definition": statement,
    }
    return steps.step(
        "restore_build",
        Phase.RESTORE,
        Kind.CONCURRENT,
        f"build index {index.name} again",
        (statement,),
        steps.on("IndexStmt concurrently"),
        action=Action(name="index_build", parameters=parameters),
        done=condition.has_index(steps.table.oid, index.name),
    )


def _attach(steps: Steps, kind: str, constraint: Constraint, node: Node) -> Step:
    tail = deferral(node)
    return attach(steps, kind, constraint.name, constraint.name, Phase.RESTORE, tail=tail, tag="restore_")


def settings(steps: Steps, index: Index) -> list[str]:
    """What the definition of an index does not say: its comment, and whether it is the replica identity."""
    said = []
    if index.comment is not None:
        said.append(f"COMMENT ON INDEX {qualified(index.schema, index.name)} IS {literal(index.comment)}")
    if index.replica_identity:
        said.append(steps.alter(f"REPLICA IDENTITY USING INDEX {ident(index.name)}"))
    return said


def _settings(steps: Steps, index: Index, constraint: Constraint) -> list[Step]:
    said = settings(steps, index)
    if constraint.comment is not None:
        said.append(comment_on("CONSTRAINT", constraint.name, steps.sql, constraint.comment))
    if not said:
        return []
    return [
        steps.step(
            "restore_settings",
            Phase.RESTORE,
            Kind.CUTOVER,
            f"what belongs to {index.name} as before",
            said,
            steps.on("AlterTableStmt.AT_AddConstraint index attached"),
        )
    ]


def _node(steps: Steps, constraint: Constraint, index: Index) -> Node:
    """The constraint as a statement would have it, by the names of the place."""
    text = f"ALTER TABLE x ADD CONSTRAINT {ident(constraint.name)} {constraint.definition}"
    node = alter.definition(alter.command(parse.parse(text)[0].node))
    node.options.extend(parse.parse(index.definition)[0].node.options)
    names = {there: name for name, there in steps.shape.server_names().items()}
    for each in (*node.keys, *node.including):
        each.string.sval = names.get(each.string.sval, each.string.sval)
    return node


def _names(steps: Steps, constraint: Constraint, index: Index) -> dict[int, str]:
    """The names that the constraints of the table and its partitions have now, by the oid of the table."""
    found = {steps.table.oid: constraint.name}
    above = {index.oid}
    parts = steps.request.catalog.descendants(steps.table.oid)
    while more := [
        (part, each) for part in parts for each in part.indexes if each.parent in above and part.oid not in found
    ]:
        found |= {part.oid: each.constraint or each.name for part, each in more}
        above = {each.oid for _, each in more}
    return found
