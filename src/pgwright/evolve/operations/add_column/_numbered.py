"""Serial and identity: a sequence numbers the rows that are there, in the pass, and those that come, by a DEFAULT. An
identity takes over from it at the end, where the sequence stands then, because PostgreSQL (14 to 18) makes one only of
a column that is NOT NULL already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ....base.name import RelationName
from ....catalog.probe import ExpressionFacts
from ....catalog.values import Column
from ....sql import alter, parse
from ....sql.parse import Node
from ....sql.quote import ident, literal, qualified
from ...locks.declare import has_rows
from ...locks.known import SERIAL
from ...steps import condition
from ...steps.step import Kind, Phase, Step
from ...sync.naming import hidden_name
from .. import _names
from .._steps import Steps

_TYPES = {"2": "smallint", "small": "smallint", "4": "integer", "": "integer", "8": "bigint", "big": "bigint"}
INTEGERS = frozenset({"smallint", "int", "integer", "bigint"})
Found = Mapping[str, Sequence[Node]]


@dataclass(frozen=True, kw_only=True)
class Numbering:
    """`sequence` is what the column ends with, `helper` what numbers until then (of serial the same). `create` makes
    the helper, `identity` is the clause of an identity with its options, "" for serial."""

    sequence: RelationName
    helper: RelationName
    create: tuple[str, ...]
    identity: str = ""

    @property
    def default(self) -> ExpressionFacts:
        """The DEFAULT until then."""
        name = literal(qualified(self.helper))
        return ExpressionFacts(text=f"pg_catalog.nextval({name}::pg_catalog.regclass)", volatile=True, type="bigint")


def is_serial(node: Node) -> bool:
    """Whether the type is one of those that are no types."""
    names = [part.string.sval for part in node.type_name.names]
    return len(names) == 1 and names[0] in SERIAL


def plain(node: Node) -> Node:
    """The column definition with the integer type that a serial stands for, and NOT NULL."""
    name = node.type_name.names[-1].string.sval
    type_ = _TYPES[name.replace("serial", "")]
    holder = parse.parse(f"ALTER TABLE x ADD COLUMN y {type_} NOT NULL")[0].node
    made = type(node)()
    made.CopyFrom(node)
    wanted = alter.definition(alter.command(holder))
    made.type_name.CopyFrom(wanted.type_name)
    made.constraints.extend(wanted.constraints)
    return made


def is_numbered(steps: Steps, node: Node, found: Found) -> bool:
    """Whether rows have to be numbered in a pass."""
    there = has_rows(steps.request.catalog, steps.table.oid) and not steps.request.allowed("rewrite")
    return there and (is_serial(node) or "CONSTR_IDENTITY" in found)


def refuse(steps: Steps, node: Node, found: Found, type_: str) -> None:
    """What PostgreSQL refuses."""
    request, name = steps.request, node.colname
    identity = "CONSTR_IDENTITY" in found
    if is_serial(node) and (identity or "CONSTR_DEFAULT" in found):
        raise request.error(f'column "{name}" has a DEFAULT or an identity, and is serial')
    if identity and "CONSTR_DEFAULT" in found:
        raise request.error(f'column "{name}" has both a DEFAULT and an identity')
    if identity and "CONSTR_NULL" in found:
        raise request.error(f'column "{name}" is NULL and an identity, which is NOT NULL')
    if identity and not is_serial(node) and type_ not in INTEGERS:
        raise request.error(f'column "{name}" is an identity: its type must be smallint, integer or bigint')
    if identity and steps.table.children and not (steps.partitioned and request.catalog.major >= 17):
        since = " (partitions can since 17)" if steps.partitioned else ""
        raise request.error(
            f'"{steps.table.name}" has tables below it, which get no identity column with it{since}',
            hint="Add a bigserial: its DEFAULT goes down to them.",
        )
    if (is_serial(node) or identity) and request.directive("up", name) is not None:
        raise request.error(f"{name} is numbered by its sequence: up has nothing to fill")


def numbering(steps: Steps, column: Column, found: Found) -> Numbering:
    """The sequence that numbers the rows."""
    request, table = steps.request, steps.table
    identity = found.get("CONSTR_IDENTITY", ())
    options = [parse.unwrap(each) for each in identity[0].options] if identity else []
    named = [
        [part.string.sval for part in parse.unwrap(each.arg).items]
        for each in options
        if each.defname == "sequence_name"
    ]
    schema = table.name.schema
    if named:
        sequence = RelationName(named[0][-2] if len(named[0]) > 1 else schema, named[0][-1])
        if sequence in request.catalog.relation_names:
            raise request.error(f'relation "{sequence}" exists already')
    else:
        taken = _names.relations(request.catalog, schema) | request.names
        sequence = RelationName(schema, _names.free(table.name.name, column.name, "seq", taken))
    request.names.add(sequence.name)
    helper = sequence
    if identity:
        helper = RelationName(schema, hidden_name(f"{request.id}_{column.name}", "new"))
    return Numbering(
        sequence=sequence,
        helper=helper,
        create=_create(steps, helper, column, options),
        identity=_identity(steps, column.name, sequence, identity[0], options) if identity else "",
    )


def _create(steps: Steps, name: RelationName, column: Column, options: Sequence[Node]) -> tuple[str, ...]:
    """CREATE SEQUENCE, which belongs to the owner of the table as that of a serial does."""
    catalog, table = steps.request.catalog, steps.table
    node = parse.parse(f"CREATE SEQUENCE {qualified(name)} AS {column.type}")[0].node
    node.options.extend(_boxed(each) for each in options if each.defname not in ("sequence_name", "as"))
    if table.persistence == "u" and catalog.major >= 15:
        node.sequence.relpersistence = "u"
    owned = f"ALTER SEQUENCE {qualified(name)} OWNED BY {steps.sql}.{ident(column.name)}"
    given = () if table.owner == catalog.role else (f"ALTER SEQUENCE {qualified(name)} OWNER TO {ident(table.owner)}",)
    return (parse.deparse_statement(node), *given, owned)


def _boxed(option: Node) -> Node:
    """A DefElem as an item of a list."""
    box = type(parse.parse("CREATE SEQUENCE x CYCLE")[0].node.options[0])()
    box.def_elem.CopyFrom(option)
    return box


def _identity(steps: Steps, name: str, sequence: RelationName, node: Node, options: Sequence[Node]) -> str:
    """ALTER COLUMN … ADD GENERATED … AS IDENTITY, with the name of its sequence written out."""
    when = "ALWAYS" if node.generated_when == "a" else "BY DEFAULT"
    text = f"ALTER TABLE {steps.sql} ALTER COLUMN {ident(name)} ADD GENERATED {when} AS IDENTITY "
    holder = parse.parse(text + f"(SEQUENCE NAME {qualified(sequence)})")[0].node
    made = alter.definition(alter.command(holder))
    made.options.extend(_boxed(each) for each in options if each.defname != "sequence_name")
    return parse.deparse_statement(holder)


def taken_over(steps: Steps, name: str, made: Numbering, phase: Phase) -> list[Step]:
    """An identity in the place of the helper, which goes; nothing of serial."""
    if not made.identity:
        return []
    helper = qualified(made.helper)
    statements = (
        steps.alter(f"ALTER COLUMN {ident(name)} DROP DEFAULT"),
        made.identity,
        f"SELECT pg_catalog.setval({literal(qualified(made.sequence))}, last_value, is_called) FROM {helper}",
        f"DROP SEQUENCE {helper}",
    )
    step = steps.step(
        "identity",
        phase,
        Kind.INSTANT,
        f"{name} becomes an identity, which goes on where the numbers of the rows end",
        statements,
        steps.on("AlterTableStmt.AT_AddIdentity"),
        undo=("goes with the column",),
        done=condition.is_identity(steps.table.oid, name),
    )
    return [step]


def hazards(name: str, made: Numbering) -> tuple[str, ...]:
    """What is not as if the statement ran as typed."""
    found = [f"rows get their {name} in the order in which the pass and the applications reach them"]
    if made.identity:
        found.append(
            f"before the state is expanded an INSERT may give {name} a value of its own, which GENERATED ALWAYS refuses"
        )
    return tuple(found)
