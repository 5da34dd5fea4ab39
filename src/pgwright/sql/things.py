"""Who is meant by a DDL statement about something that is no table: kind, names and argument types, as
`pg_get_object_address` takes them.

Text only: nothing here knows whether there is such an object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from . import parse
from .parse import Node, Statement
from .quote import ident

__all__ = ["KINDS", "Thing", "routine", "statements_of", "thing", "type_text"]

KINDS = {
    "OBJECT_ACCESS_METHOD": "access method",
    "OBJECT_AGGREGATE": "aggregate",
    "OBJECT_CAST": "cast",
    "OBJECT_COLLATION": "collation",
    "OBJECT_CONVERSION": "conversion",
    "OBJECT_DOMAIN": "type",
    "OBJECT_EVENT_TRIGGER": "event trigger",
    "OBJECT_EXTENSION": "extension",
    "OBJECT_FDW": "foreign-data wrapper",
    "OBJECT_FOREIGN_SERVER": "server",
    "OBJECT_FOREIGN_TABLE": "foreign table",
    "OBJECT_FUNCTION": "function",
    "OBJECT_LANGUAGE": "language",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_OPCLASS": "operator class",
    "OBJECT_OPERATOR": "operator",
    "OBJECT_OPFAMILY": "operator family",
    "OBJECT_POLICY": "policy",
    "OBJECT_PROCEDURE": "procedure",
    "OBJECT_PUBLICATION": "publication",
    "OBJECT_ROUTINE": "routine",
    "OBJECT_RULE": "rule",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_STATISTIC_EXT": "statistics object",
    "OBJECT_TRIGGER": "trigger",
    "OBJECT_TSCONFIGURATION": "text search configuration",
    "OBJECT_TSDICTIONARY": "text search dictionary",
    "OBJECT_TSPARSER": "text search parser",
    "OBJECT_TSTEMPLATE": "text search template",
    "OBJECT_TYPE": "type",
    "OBJECT_VIEW": "view",
}
"""What `pg_get_object_address` calls the kinds of objects of the grammar."""

ROUTINES = ("aggregate", "function", "procedure", "routine")


@dataclass(frozen=True)
class Thing:
    """An object as a statement names it. `any` is a routine that is named without its arguments."""

    kind: str
    names: tuple[str, ...]
    args: tuple[str, ...] = ()
    any: bool = False

    @property
    def name(self) -> str:
        """Its own name; for a cast its two types."""
        return " AS ".join((*self.names, *self.args)) if self.kind == "cast" else self.names[-1]

    @property
    def shown(self) -> str:
        """The object for people: `view public.v`."""
        args = f"({', '.join(self.args)})" if self.kind in ROUTINES and not self.any else ""
        if self.kind in ("trigger", "policy", "rule"):
            return f"{self.kind} {self.names[-1]} on {'.'.join(self.names[:-1])}"
        return f"{self.kind} {self.name if self.kind == 'cast' else '.'.join(self.names)}{args}"

    def parameter(self) -> dict[str, Any]:
        """The thing as a parameter of a step."""
        return {"kind": self.kind, "names": list(self.names), "args": list(self.args), "any": self.any}

    @property
    def own(self) -> str:
        """Its name without a schema, unquoted: a type is written as one word."""
        return self._parts()[-1] if self.kind == "type" else self.names[-1]

    def called(self, name: str) -> Thing:
        """The same with another name of its own."""
        if self.kind != "type":
            return replace(self, names=(*self.names[:-1], name))
        return replace(self, names=(".".join(map(ident, (*self._parts()[:-1], name))),))

    def within(self, schema: str) -> Thing:
        """The same in another schema."""
        if self.kind == "type":
            return replace(self, names=(f"{ident(schema)}.{ident(self.own)}",))
        head = self.names[:1] if self.kind in ("operator class", "operator family") else ()
        return replace(self, names=(*head, schema, self.names[-1]))

    def _parts(self) -> list[str]:
        return [token.name for token in parse.scan(self.names[0]) if token.name is not None]


def thing(kind: str, node: Node, relation: Node | None = None) -> Thing:
    """The object of `kind` (OBJECT_…) that a statement has in its field for it: a list of names, a bare name, a type, a
    routine with arguments. `relation` is the table of a trigger, policy or rule that stands beside it, or a relation
    itself."""
    known, node = KINDS[kind], parse.unwrap(node) if node is not None else None
    if relation is not None and node is None:
        return Thing(known, _relation(relation))
    if relation is not None:
        return Thing(known, (*_relation(relation), _strings(node)[-1]))
    if parse.kind_of(node) == "ObjectWithArgs":
        return _with_args(known, node)
    if parse.kind_of(node) == "TypeName":
        return Thing(known, (type_text(node),))
    if known == "cast":
        source, target = (type_text(parse.unwrap(each)) for each in node.items)
        return Thing(known, (source,), (target,))
    if known == "type" and parse.kind_of(node) == "List":
        return Thing(known, (".".join(map(ident, _strings(node))),))
    return Thing(known, _strings(node))


def routine(node: Node) -> Thing:
    """The function or procedure that CREATE FUNCTION makes: its arguments are those that a caller gives."""
    given = (parse.unwrap(each) for each in node.parameters)
    modes = {"FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"}
    # A procedure is told apart by its OUT arguments too, since 14.
    left_out = modes if not node.is_procedure else {"FUNC_PARAM_TABLE"}
    args = tuple(type_text(each.arg_type) for each in given if parse.enum_value(each, "mode") not in left_out)
    return Thing("procedure" if node.is_procedure else "function", _strings(node.funcname), args)


@lru_cache(maxsize=4)
def statements_of(text: str, file: str) -> tuple[Statement, ...]:
    """The statements of a file, parsed once for all of them that ask what stands around them."""
    return parse.parse(text, file=file)


def type_text(node: Node) -> str:
    """A TypeName as text, as it was written."""
    cast = parse.parse_expression("NULL::int")
    cast.type_name.CopyFrom(node)
    return parse.deparse_expression(cast).removeprefix("NULL::")


def _with_args(kind: str, node: Node) -> Thing:
    args = tuple(type_text(each) if each is not None else "none" for each in _types(node.objargs))
    return Thing(kind, _strings(node.objname), args, any=kind in ROUTINES and bool(node.args_unspecified))


def _types(items: Sequence[Node]) -> list[Node | None]:
    found = [parse.unwrap(each) for each in items]
    return [each if parse.kind_of(each) == "TypeName" else None for each in found]


def _relation(relation: Node) -> tuple[str, ...]:
    return (relation.schemaname, relation.relname) if relation.schemaname else (relation.relname,)


def _strings(node: Any) -> tuple[str, ...]:
    """The names in a List of Strings, a repeated field of them, or a bare String."""
    items = node if not hasattr(node, "DESCRIPTOR") else node.items if parse.kind_of(node) == "List" else [node]
    return tuple(parse.unwrap(each).sval for each in items)
