"""A foreign key of a statement as `Validated`: its name, its text on the server, and the query for orphans."""

from __future__ import annotations

from ...catalog.values import Table
from ...connect.capability import Capabilities
from ...sql import alter, parse
from ...sql.parse import Node
from ...sql.quote import ident, qualified
from . import _columns, _names
from ._operation import Request
from ._steps import Steps
from ._validated import Validated


def foreign_key(steps: Steps, constraint: Node, columns: list[str], *, tag: str = "") -> Validated:
    """`constraint` is the node of the foreign key, `columns` the referencing ones by the names of the statement; the
    node is not changed. Raises where PostgreSQL would refuse it."""
    request, shape = steps.request, steps.shape
    for column in columns:
        _columns.known(request, steps.table, column)
    name = constraint.conname or _names.constraint_name(request.catalog, steps.table, columns, "fkey", request.names)
    if any(each.name == name for each in steps.table.constraints) or name in request.names:
        raise request.error(f'constraint "{name}" of table "{steps.table.name}" exists already')
    request.names.add(name)
    if steps.partitioned and not Capabilities(request.catalog.version).has_partitioned_foreign_key_not_valid():
        raise request.refuse(
            f"{steps.table.name} is partitioned, and PostgreSQL {request.catalog.major} adds no foreign key NOT VALID "
            "to it: all partitions would be read while writes wait",
            hint=f"Add it to each partition (ALTER TABLE partition ADD CONSTRAINT {ident(name)} FOREIGN KEY …), "
            "contract, then add it to the table with the same name: PostgreSQL takes those for its own.",
        )
    other = _referenced(request, constraint)
    statement = _statement(steps, constraint, columns, name, other)
    later = any(_columns.is_filled_later(shape, column) for column in columns)
    query = "" if other is None or later else _orphans(steps, constraint, columns, other)
    target = constraint.pktable.relname
    parts = tuple(part.oid for part in request.catalog.descendants(other.oid)) if other is not None else ()
    return Validated(
        steps=steps,
        name=name,
        statement=statement,
        referenced=parts or (steps.table.oid,),
        query=query,
        what=f"rows of {steps.table.name} without a row of {target} for ({', '.join(columns)})",
        hint=f"Delete them, give them a {target} that is there, or set {', '.join(columns)} to NULL.",
        tag=tag,
    )


def covered(table: Table, numbers: tuple[int, ...]) -> bool:
    """Whether an index of the table begins with the columns: without one, each DELETE of a referenced row reads the
    whole table."""
    return any(
        each.valid and set(each.key_columns[: len(numbers)]) == set(numbers) and "WHERE" not in each.definition
        for each in table.indexes
    )


def _referenced(request: Request, constraint: Node) -> Table | None:
    """The table that is pointed to; None for one that the same plan creates."""
    relation = constraint.pktable
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    if oid is None:
        return None
    return request.changeable(relation)


def _statement(steps: Steps, constraint: Node, columns: list[str], name: str, other: Table | None) -> str:
    shape = steps.shape
    there = ", ".join(ident(shape.on_server(column)) for column in columns)
    text = f"ALTER TABLE {steps.sql} ADD CONSTRAINT {ident(name)} FOREIGN KEY ({there}) REFERENCES x NOT VALID"
    node = parse.parse(text)[0].node
    made = alter.definition(alter.command(node))
    kept = list(made.fk_attrs)
    made.MergeFrom(_bare(constraint))
    del made.fk_attrs[:]
    made.fk_attrs.extend(kept)
    made.conname, made.skip_validation, made.initially_valid = name, True, False
    if other is not None:
        made.pktable.schemaname, made.pktable.relname = other.name.schema or "", other.name.name
        names = steps.request.shape(other).server_names()
        for each in made.pk_attrs:
            each.string.sval = names.get(each.string.sval, each.string.sval)
    there_names = shape.server_names()
    for each in made.fk_del_set_cols:
        each.string.sval = there_names.get(each.string.sval, each.string.sval)
    return parse.deparse_statement(node)


def _bare(constraint: Node) -> Node:
    made = type(constraint)()
    made.CopyFrom(constraint)
    made.ClearField("fk_attrs")
    return made


def _orphans(steps: Steps, constraint: Node, columns: list[str], other: Table) -> str:
    shape, target = steps.shape, steps.request.shape(other)
    keys = [each.string.sval for each in constraint.pk_attrs] or _primary_key(steps.request, other)
    theirs = [target.on_server(key) for key in keys if key in target.logical]
    if len(theirs) != len(columns):
        raise steps.request.error(
            f'a foreign key of {len(columns)} columns cannot point to {len(theirs)} of "{other.name}"'
        )
    mine = [shape.on_server(column) for column in columns]
    return orphans(steps.sql, mine, other, theirs, full=constraint.fk_matchtype == "f")


def orphans(table: str, columns: list[str], other: Table, keys: list[str], *, full: bool) -> str:
    """The rows of `table` (quoted, qualified) that point to nothing: by MATCH SIMPLE those without a NULL, by MATCH
    FULL also those with some."""
    mine = [f"f.{ident(column)}" for column in columns]
    given = " AND ".join(f"{column} IS NOT NULL" for column in mine)
    same = " AND ".join(f"k.{ident(key)} = {column}" for key, column in zip(keys, mine, strict=True))
    broken = f"{given} AND NOT EXISTS (SELECT FROM {qualified(other.name)} k WHERE {same})"
    if full and len(mine) > 1:
        some = " OR ".join(f"{column} IS NOT NULL" for column in mine)
        broken = f"({broken}) OR (NOT ({given}) AND ({some}))"
    return f"SELECT f.* FROM {table} f WHERE {broken}"


def _primary_key(request: Request, other: Table) -> list[str]:
    found = next((each for each in other.constraints if each.kind == "primary key"), None)
    if found is None:
        raise request.error(f'there is no primary key for referenced table "{other.name}"')
    shape = request.shape(other)
    names = {shape.survivor(name): name for name in shape.logical}
    return [names[number] for number in found.columns]
