"""Looks for keys that occur more than once, before a unique index is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ....sql import parse
from ....sql.expression import columns, substitute
from ....sql.parse import Node
from ....sql.quote import ident
from ...steps.step import Phase, Step
from ...sync.naming import shortened
from .._operation import Shape
from .._steps import Steps
from ._wanted import Wanted, parsed


def steps(of: Steps, wanted: Wanted) -> tuple[Step, ...]:
    """The look; before the build where a column is only there then. None for an index that is not unique."""
    if not wanted.unique:
        return ()
    values = {name: _value(of.shape, of.shape.survivor(name)) for name in wanted.columns}
    early = {name: value for name, value in values.items() if value is not None}
    late = len(early) < len(values)
    if late:
        early = {name: ident(of.shape.on_server(name)) for name in wanted.columns}
    text = query(of, wanted, early)
    keys = ", ".join(_keys(parsed(wanted.facts.definition(of.table.name, "i"))))
    look = of.look(
        "look",
        f"look whether a key ({keys}) of {of.table.name} occurs more than once",
        text,
        f"keys ({keys}) in several rows of {of.table.name}: {wanted.name} cannot be unique",
        "Delete or change all but one row of each, then run the same command again.",
    )
    # The rows of a partitioned table are those of its partitions; an inherited one has rows of its own alone.
    return (replace(look, phase=Phase.VERIFY) if late else look,)


def query(of: Steps, wanted: Wanted, values: Mapping[str, str]) -> str:
    """The keys that occur more than once, with their number. NULLs are not equal unless the index says so, and rows
    that the predicate leaves out do not count."""
    node = parsed(wanted.facts.definition(of.table.name, "i"))
    keys = [substitute(key, values) for key in _keys(node)]
    collations = [_collation(each.index_elem) for each in node.index_params]
    names: list[str] = []
    for key in _keys(node):
        name = shortened(key)
        names.append(name if name not in names else shortened(f"{key} {len(names)}"))
    shown = [f"{key}{collation} AS {ident(name)}" for key, collation, name in zip(keys, collations, names, strict=True)]
    conditions = [f"({key}) IS DISTINCT FROM NULL" for key in keys] if wanted.nulls_distinct else []
    if node.HasField("where_clause"):
        conditions.insert(0, f"({substitute(parse.deparse_expression(parse.unwrap(node.where_clause)), values)})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    only = "ONLY " if of.table.kind == "r" else ""
    groups = ", ".join(str(number) for number in range(1, len(keys) + 1))
    count = "rows" if "rows" not in names else "rows of the key"
    query = f"SELECT {', '.join(shown)}, pg_catalog.count(*) AS {ident(count)} FROM {only}{of.sql}{where}"
    return f"{query} GROUP BY {groups} HAVING pg_catalog.count(*) > 1"


def _keys(node: Node) -> list[str]:
    """The keys as SQL, in the names of the place."""
    return [
        ident(each.index_elem.name)
        if each.index_elem.name
        else f"({parse.deparse_expression(parse.unwrap(each.index_elem.expr))})"
        for each in node.index_params
    ]


def _collation(element: Node) -> str:
    names = [each.string.sval for each in element.collation]
    return f" COLLATE {'.'.join(map(ident, names))}" if names else ""


def _value(shape: Shape, number: int) -> str | None:
    """The column as SQL over what is on the server now: a column that a rename of the same plan adds is what its `up`
    says. None where that cannot be said."""
    column = shape.table.column_number(number)
    if column is not None:
        return ident(column.name)
    link = next((each for each in shape.links if each.new == number), None)
    if link is None or link.extra.get("volatile"):
        return None
    found = {name: _value(shape, link.columns[name]) for name in columns(link.up) if name in link.columns}
    values = {name: value for name, value in found.items() if value is not None}
    return substitute(link.up, values) if len(values) == len(found) else None
