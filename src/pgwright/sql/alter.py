"""One action of a statement as a statement of its own, for the table by its full name.

The tree is changed and written again, never the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..base.name import RelationName
from . import parse
from .actions import Action
from .parse import Node
from .quote import ident

__all__ = ["alone", "command", "definition", "deparsed", "options", "pointing_elsewhere", "rename_columns"]


def alone(action: Action, relation: RelationName | None = None) -> Node:
    """A copy of the statement of `action` with only that action in it, on `relation` where given."""
    node = _copy(action.statement.node)
    if action.statement.kind == "AlterTableStmt":
        kept = node.cmds[action.index]
        del node.cmds[:]
        node.cmds.append(kept)
    if relation is not None:
        node.relation.schemaname, node.relation.relname = relation.schema or "", relation.name
        node.relation.catalogname = ""
    return node


def command(node: Node) -> Node:
    """The one subcommand of an ALTER TABLE that `alone` gave."""
    return parse.unwrap(node.cmds[0])


def definition(action_node: Node) -> Node:
    """What the grammar calls `def`, a word that Python keeps for itself: a column, a constraint, an expression."""
    return parse.unwrap(getattr(action_node, "def"))


def deparsed(node: Node) -> str:
    """The statement as text."""
    return parse.deparse_statement(node)


def options(items: Any) -> dict[str, Node]:
    """Name → value of a list of DefElem, values unwrapped; a bare name has None."""
    found = {}
    for item in map(parse.unwrap, items):
        found[item.defname] = parse.unwrap(item.arg) if item.HasField("arg") else None
    return found


def rename_columns(node: Node, names: Mapping[str, str]) -> None:
    """Renames the column references below `node` in place, all at once."""
    for each in parse.walk(node):
        if parse.kind_of(each) != "ColumnRef":
            continue
        last = each.fields[-1]
        if last.HasField("string") and last.string.sval in names:
            last.string.sval = names[last.string.sval]


def _copy(node: Node) -> Node:
    made = type(node)()
    made.CopyFrom(node)
    return made


def pointing_elsewhere(table: str, name: str, definition: str, columns: Mapping[str, str]) -> str:
    """ADD CONSTRAINT `name` on `table` (quoted) of the foreign key `definition` (pg_get_constraintdef), NOT VALID,
    which points to other columns of the same table where `columns` says so."""
    node = parse.parse(f"ALTER TABLE {table} ADD CONSTRAINT {ident(name)} {definition}")[0].node
    made = parse.unwrap(getattr(command(node), "def"))
    for key in made.pk_attrs:
        key.string.sval = columns.get(key.string.sval, key.string.sval)
    enforced = made.is_enforced
    made.is_enforced = True  # the parser's writer does not know it of a foreign key
    made.skip_validation, made.initially_valid = enforced, not enforced
    return parse.deparse_statement(node) + ("" if enforced else " NOT ENFORCED")
