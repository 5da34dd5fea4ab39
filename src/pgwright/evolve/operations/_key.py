"""The steps of all phases for UNIQUE and PRIMARY KEY of a statement.

On a partitioned table each partition gets its own first, and the table then takes them for its own without building
anything (14 to 18). Partitions that come between the plan and that moment get theirs right before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...sql import alter, parse
from ...sql.parse import Node
from ...sql.quote import ident
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _columns, _constraints
from ._steps import Steps
from ._unique import ADD, INDEX, Unique, chosen_name, label, unique


def key(
    steps: Steps,
    constraint: Node,
    kind: str,
    columns: Sequence[str],
    phase: Phase,
    *,
    tag: str = "",
    names: Mapping[int, str] | None = None,
) -> list[Step]:
    """`columns` are the names of the statement. With `names`, by the oid of each table, the key comes back under the
    names that it had."""
    bare = _over(constraint, columns)
    for included in constraint.including:
        _columns.known(steps.request, steps.table, included.string.sval)
    name = names[steps.table.oid] if names else chosen_name(steps, bare, label(kind))
    shape = steps.shape
    if names is None:
        shape.planned[name] = INDEX
        shape.keys.append((kind, tuple(shape.survivor(column) for column in columns)))
    look = not any(_columns.is_filled_later(shape, column) for column in columns)
    look = look and _constraints.all_seen(steps.request, steps.table)
    if phase is Phase.VERIFY:
        steps.request.late.update((name, steps.table.name.name))
    root = unique(steps, bare, kind, name, tag=tag)
    if steps.partitioned:
        return _of_parts(root, bare, phase, look=look, names=names)
    return [*root.forward(phase, look=look), *root.back()]


def _over(constraint: Node, columns: Sequence[str]) -> Node:
    """The constraint with its columns; one that is written behind a column does not list it."""
    made = type(constraint)()
    made.CopyFrom(constraint)
    listed = alter.definition(alter.command(parse.parse(f"ALTER TABLE x ADD UNIQUE ({_listed(columns)})")[0].node))
    del made.keys[:]
    made.keys.extend(listed.keys)
    return made


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(ident, columns))


def _of_parts(
    root: Unique, constraint: Node, phase: Phase, *, look: bool, names: Mapping[int, str] | None
) -> list[Step]:
    steps = root.steps
    _require_partition_key(root)
    found = [root.look(phase)] if look else []
    back = [root.back()[0]]
    leaves = [part for part in steps.request.catalog.descendants(steps.table.oid) if part.kind == "r"]
    unnamed = type(constraint)()
    unnamed.CopyFrom(constraint)
    unnamed.conname = ""
    called: dict[int, str] = {}
    for number, leaf in enumerate(leaves, 1):
        of = Steps(steps.request, leaf)
        called[leaf.oid] = (names or {}).get(leaf.oid) or chosen_name(of, unnamed, label(root.kind))
        each = unique(of, unnamed, root.kind, called[leaf.oid], tag=f"{root.tag}part{number}_")
        found += each.forward(phase, look=False)
        back += each.back()
    return [*found, *_joined(root, constraint, phase), *back]


def _joined(root: Unique, constraint: Node, phase: Phase) -> list[Step]:
    """The keys of partitions that have come since, then that of the table; and the way back of the first."""
    steps, tag = root.steps, root.tag
    rest = f"{steps.request.id}.{tag}rest"
    parameters = _parameters(root, constraint, rest)
    build = steps.step(
        f"{tag}rest",
        phase,
        Kind.CONCURRENT,
        f"build the indexes of partitions of {steps.table.name} that have come since the plan",
        (),
        steps.on("IndexStmt concurrently"),
        action=Action(name="key_rest", parameters=parameters),
        undo=("they go with the partitions' constraints",),
    )
    joined = steps.step(
        f"{tag}joined",
        phase,
        Kind.INSTANT,
        f"make one {root.kind} of {steps.table.name} of those of its partitions",
        (str(parameters["statement"]),),
        steps.on(ADD),
        action=Action(name="key_join", parameters=parameters),
        undo=(steps.alter(f"DROP CONSTRAINT {ident(root.name)}"),),
        done=condition.has_constraint(steps.table.oid, root.name),
    )
    back = steps.step(
        f"{tag}rest_undo",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"drop the indexes of partitions of {steps.table.name} that have come since the plan",
        (),
        steps.on("AlterTableStmt.AT_DropConstraint"),
        action=Action(name="key_rest_drop", parameters=parameters),
    )
    return [replace(build, rows=None), joined, back]


def _parameters(root: Unique, constraint: Node, rest: str) -> dict[str, object]:
    return {
        "relation": root.steps.table.oid,
        "kind": root.kind,
        "label": label(root.kind),
        "columns": [each.string.sval for each in (*constraint.keys, *constraint.including)],
        "build": root.build,
        "tail": root.tail,
        "statement": _added(root, constraint),
        "name": root.name,
        "again": [rest],
    }


def _added(root: Unique, constraint: Node) -> str:
    """ADD CONSTRAINT of the table, with all that is typed."""
    names = root.steps.shape.server_names()
    node = parse.parse(root.steps.alter("ADD CONSTRAINT x UNIQUE (y)"))[0].node
    made = alter.definition(alter.command(node))
    made.CopyFrom(constraint)
    made.conname = root.name
    for each in (*made.keys, *made.including):
        each.string.sval = names.get(each.string.sval, each.string.sval)
    return parse.deparse_statement(node)


def _require_partition_key(root: Unique) -> None:
    """A key of a partitioned table must contain the columns that tell the partition, and no expression may (14 to
    18)."""
    steps = root.steps
    numbers = {steps.shape.survivor(column) for column in root.columns}
    for part in steps.request.catalog.descendants(steps.table.oid):
        if part.kind != "p":
            continue
        missing = [number for number in part.partition_columns if number not in numbers]
        if missing:
            lacking = part.column_number(missing[0])
            raise steps.request.error(
                f'{root.kind} on partitioned table "{steps.table.name}" must contain all columns of the partition '
                f"key: {lacking.name if lacking else missing[0]} is missing"
            )
