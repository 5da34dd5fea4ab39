"""What operations on identity columns ask first, and the values that a sequence must not hand out again."""

from __future__ import annotations

from collections.abc import Sequence

from ...base.name import RelationName
from ...catalog.values import Column, Table
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident, literal, qualified
from ..locks.scene import Scene, Situation
from ..steps.step import Step
from . import _columns
from ._operation import ALONE, Request
from ._steps import Steps


def column(steps: Steps, name: str) -> Column:
    """The column; raises where it is between two names, or that of a partition, which follows its table (17)."""
    request, table, shape = steps.request, steps.table, steps.shape
    found = _columns.known(request, table, name)
    if _columns.flight(shape, name) is not None or shape.logical[name] in shape.added:
        raise request.refuse(
            f"{name} of {table.name} is not settled: it is added or renamed by what is in flight", hint=ALONE
        )
    if table.partition_bound is not None and request.catalog.major >= 17:
        raise request.error(f'"{table.name}" is a partition: its identity columns are those of the partitioned table')
    return found


def options(node: Node) -> dict[str, Node]:
    """The options of an identity by their names."""
    return {each.defname: each for each in map(parse.unwrap, node)}


def number(option: Node) -> int | None:
    """The value of an option that is a number; None for NO MINVALUE, RESTART without a value and the like."""
    if not option.HasField("arg"):
        return None
    value = parse.unwrap(option.arg)
    kind = parse.kind_of(value)
    if kind == "Integer":
        return int(value.ival)
    return int(value.fval) if kind == "Float" else None


def leads(steps: Steps, name: str) -> bool:
    """Whether indexes find the greatest value of the column at once: one on each table that holds rows."""
    there = steps.shape.on_server(name)
    holding = [part for part in steps.request.catalog.descendants(steps.table.oid) if part.kind != "p"]
    return all(_leads(part, there) for part in holding)


def _leads(table: Table, name: str) -> bool:
    own = table.column(name)
    return own is not None and any(
        each.valid and each.method == "btree" and each.key_columns[:1] == (own.number,)
        and " WHERE " not in each.definition
        for each in table.indexes
    )  # fmt: skip


def sequence(of: Column) -> RelationName:
    """The sequence of an identity column."""
    assert of.sequence is not None
    return of.sequence


def with_sequences(steps: Steps, name: str) -> Situation:
    """A measured situation with the sequences of the table."""
    return steps.on(name, sequences=Scene(steps.request.catalog).sequences(steps.family))


def look(steps: Steps, name: str, first: str, increment: str, cure: str) -> Step:
    """Looks for rows whose value a sequence that begins at `first` would hand out again."""
    there = ident(name)
    query = (
        f"SELECT * FROM {steps.sql} WHERE CASE WHEN {increment} > 0 THEN {there} >= {first} ELSE {there} <= {first} END"
    )
    what = f"rows of {steps.table.name} with a {name} that the sequence would hand out again"
    return steps.look("look", f"look for values of {name} that would be handed out again", query, what, cure)


def parameter(of_sequence: RelationName, what: str) -> str:
    """What pg_sequence says of a sequence (seqstart, seqincrement), as SQL."""
    place = f"{literal(qualified(of_sequence))}::pg_catalog.regclass"
    return f"(SELECT {what} FROM pg_catalog.pg_sequence WHERE seqrelid = {place})"


def catch_up(steps: Steps, name: str, of_sequence: RelationName) -> str:
    """Sets the sequence to the greatest value that there is, where it stands before that. Read by an index. It is
    named: a column that was serial owns two, and pg_get_serial_sequence gives either."""
    place = literal(qualified(of_sequence))
    last = [f"(SELECT {each}({ident(name)}) FROM {steps.sql})" for each in ("max", "min")]
    return (
        "SELECT pg_catalog.setval(q.seqrelid::pg_catalog.regclass, v.last) FROM pg_catalog.pg_sequence q, "
        f"LATERAL (SELECT CASE WHEN q.seqincrement > 0 THEN {last[0]} ELSE {last[1]} END AS last) v "
        f"WHERE q.seqrelid = {place}::pg_catalog.regclass "
        "AND CASE WHEN q.seqincrement > 0 THEN v.last >= q.seqstart ELSE v.last <= q.seqstart END"
    )


def rest(options_: Sequence[Node]) -> str:
    """The options as ALTER COLUMN writes them (SET …, RESTART …)."""
    holder = parse.parse("ALTER TABLE x ALTER COLUMN y SET CYCLE")[0].node
    made = parse.unwrap(getattr(parse.unwrap(holder.cmds[0]), "def"))
    box = type(made.items[0])()
    del made.items[:]
    for each in options_:
        box.def_elem.CopyFrom(each)
        made.items.append(box)
    return parse.deparse_statement(holder).partition(" y ")[2]


def takes_over_default(request: Request, name: str) -> bool:
    """Whether one statement drops the DEFAULT of the column and makes it an identity: then that is one moment."""
    commands = [parse.unwrap(each) for each in getattr(request.action.statement.node, "cmds", ())]
    kinds = {parse.enum_value(each, "subtype") for each in commands if each.name == name}
    return {"AT_ColumnDefault", "AT_AddIdentity"} <= kinds
