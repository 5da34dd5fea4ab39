"""Statements of pgwright's own with other names for the columns of their table. The tree is changed, never the text.

Only what pgwright writes itself is understood: the columns of the table are unqualified in it, or qualified by `f` or
`r`; what is qualified by another name belongs to another relation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import parse
from .parse import Node

_OWN = frozenset({"f", "r"})
_OF_COLUMN = frozenset(
    {
        "AT_ColumnDefault",
        "AT_SetNotNull",
        "AT_DropNotNull",
        "AT_DropColumn",
        "AT_AlterColumnType",
        "AT_SetStatistics",
        "AT_SetStorage",
        "AT_SetCompression",
        "AT_SetOptions",
        "AT_ResetOptions",
    }
)


def renamed(statement: str, names: Mapping[str, str]) -> str:
    """`statement` with the columns in `names` called otherwise, all at once."""
    node = parse.parse(statement)[0].node
    for each in list(parse.walk(node)):
        kind = parse.kind_of(each)
        if kind == "ColumnRef":
            _reference(each, names)
        elif kind == "AlterTableCmd":
            if parse.enum_value(each, "subtype") in _OF_COLUMN:
                each.name = names.get(each.name, each.name)
        elif kind == "IndexElem":
            each.name = names.get(each.name, each.name)
        elif kind == "Constraint":
            for listed in (each.keys, each.including, each.fk_attrs, each.fk_del_set_cols):
                _strings(listed, names)
        elif kind == "CommentStmt" and parse.enum_value(each, "objtype") == "OBJECT_COLUMN":
            _strings([parse.unwrap(each.object).items[-1]], names)
    return parse.deparse_statement(node)


def _reference(node: Node, names: Mapping[str, str]) -> None:
    parts = [field.string.sval for field in node.fields if field.HasField("string")]
    if len(parts) != len(node.fields) or len(parts) > 2 or (len(parts) == 2 and parts[0] not in _OWN):
        return
    node.fields[-1].string.sval = names.get(parts[-1], parts[-1])


def _strings(listed: Iterable[Node], names: Mapping[str, str]) -> None:
    for each in listed:
        each.string.sval = names.get(each.string.sval, each.string.sval)
