"""Whether an expression can be the key of an index: everything in it must give the same value for ever.

The server refuses CREATE INDEX on `at::date` of a timestamptz (it depends on the time zone) and on the text of a date
(it depends on DateStyle), 14 to 18. What cannot be known here counts as refused: a cure must run.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...base.errors import MigrationFileError
from ...sql import parse
from ..query_plan.model import Node
from ._seen import Seen

_PURE = """
    lower upper initcap length char_length octet_length md5 abs ceil ceiling floor round trunc sign mod sqrt left right
    substr substring btrim ltrim rtrim trim replace translate reverse strpos split_part lpad rpad ascii regexp_replace
    jsonb_extract_path_text jsonb_extract_path jsonb_array_length array_length cardinality lower_inc upper_inc isempty
    timezone make_date
"""
_FUNCTIONS = frozenset(_PURE.split())
"""Immutable for whatever they are called with."""
_OF_TIME = frozenset({"date_part", "extract", "date_trunc"})
"""Immutable of every type but timestamptz."""
_SAME = "+ - * / % ^ || -> ->> #> #>> & | = <> < > <= >= ~~ ~~* ~ ~* @> <@ ? &&"
_OPERATORS = frozenset(_SAME.split())
_TIMES = ("timestamp", "date", "time", "interval")
_WHOLE = ("smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "uuid")
_TEXTS = ("text", "character varying", "character", "citext", "name", "json", "jsonb")
_CALMLY_READ = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8", "bool", "uuid", "jsonb"})
"""Types whose values are read from text in one way, whatever the session is set to."""
_REFUSED = frozenset({"ParamRef", "SubLink", "SQLValueFunction", "WindowDef", "A_Star"})


def immutable(seen: Seen, node: Node, expression: str) -> bool:
    """Whether an index on the relation of `node` may have the expression as its key."""
    try:
        tree = parse.parse_expression(expression)
    except MigrationFileError:
        return False
    relation = seen.relation(node)
    types = {column.name: column.type for column in relation.columns} if relation is not None else {}
    known = seen.surroundings.immutable if seen.surroundings is not None else frozenset()
    return all(_part(each, types, known) for each in parse.walk(tree))


def _part(part: parse.Node, types: Mapping[str, str], known: frozenset[str]) -> bool:
    kind = parse.kind_of(part)
    if kind == "FuncCall":
        name = str(parse.unwrap(part.funcname[-1]).sval)
        if name in _OF_TIME:
            return _calm(part, types, _TIMES)
        if name == "to_tsvector":
            return len(part.args) > 1  # with one argument it asks for the configuration of the session
        return name in known or name in _FUNCTIONS
    if kind == "TypeCast":
        return _cast(part, types)
    if kind == "A_Expr":
        return _operator(part, types)
    return kind not in _REFUSED


def _of(part: parse.Node, types: Mapping[str, str]) -> list[str]:
    """The types of the columns in it; empty texts for those that nobody knows."""
    references = (each for each in parse.walk(part) if parse.kind_of(each) == "ColumnRef")
    return [types.get(str(getattr(parse.unwrap(each.fields[-1]), "sval", "")), "") for each in references]


def _calm(part: parse.Node, types: Mapping[str, str], allowed: tuple[str, ...]) -> bool:
    return all(each.startswith(allowed) and not each.endswith("with time zone") for each in _of(part, types))


def _operator(part: parse.Node, types: Mapping[str, str]) -> bool:
    operator, columns = str(parse.unwrap(part.name[-1]).sval), _of(part, types)
    if operator not in _OPERATORS:
        return False
    if operator == "||":
        return all(each.startswith(_TEXTS) or each.endswith("[]") for each in columns)
    if types or operator not in ("+", "-"):
        return not any(each.endswith("with time zone") for each in columns)
    return not any(parse.kind_of(each) == "TypeCast" for each in parse.walk(part))  # of a time, perhaps


def _cast(part: parse.Node, types: Mapping[str, str]) -> bool:
    target, columns = str(parse.unwrap(part.type_name.names[-1]).sval), _of(part, types)
    if not columns:
        return True  # of a constant: the server has computed it already
    if target in ("text", "varchar", "bpchar"):
        return all(each.startswith((*_WHOLE, *_TEXTS)) for each in columns)  # that of an enum may be renamed
    return target in _CALMLY_READ or (
        target in ("date", "timestamp", "time", "interval") and _calm(part, types, _TIMES)
    )
