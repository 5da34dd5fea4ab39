"""Scalar expressions as text: what they read, and the same expression with its columns put differently.

`substitute` finds the column references in the tree and changes the source text at their places, so that the
rest stays exactly as the author or the server wrote it (libpg_query's own deparser is not asked).

A reference is a *column* here when it is unqualified, or qualified by `table` (`t.c`, `schema.t.c`), the name of
the relation that the expression belongs to. Inside a subquery an unqualified name may belong to the subquery's own
tables; only the server can tell, so those are neither reported nor replaced: ask `has_subquery` first. A reference
qualified by `table` is taken inside a subquery too, unless the subquery has a relation of that name itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from . import parse, quote
from .lexeme import Token
from .parse import Node
from .position import Source
from .tokens import mentions as mentions  # asked together with the rest

_RELATIONS = (
    "RangeVar",
    "RangeSubselect",
    "RangeFunction",
    "RangeTableFunc",
    "JsonTable",
    "JoinExpr",
    "CommonTableExpr",
)
_ATOMS = ("ColumnRef", "ParamRef")


@dataclass(frozen=True)
class _Reference:
    """A reference in the text from `start` to `end` (characters): to `column`, or to the whole row if None;
    `star` when it is written `t.*`.
    """

    start: int
    end: int
    column: str | None
    star: bool = False


def columns(text: str, *, table: str | None = None) -> tuple[str, ...]:
    """The names of the columns that the expression reads, in order of first use.

    An unqualified `table` is among them, since a column may be called as its table is; `t.*` is not, for that ask
    `reads_whole_row`. Raises MigrationFileError when `text` is not one expression.
    """
    found = sorted(_references(text, table), key=lambda each: each.start)
    return tuple(dict.fromkeys(each.column for each in found if each.column is not None))


def reads_whole_row(text: str, *, table: str) -> bool:
    """Whether the expression uses the row of `table` as a whole: `t.*`, `f(t)`, `(t).c`. An unqualified `t` is
    counted, although it would be a column where `table` has a column of its own name.
    """
    return any(each.column is None or _is_row(each, table) for each in _references(text, table))


def substitute(text: str, mapping: Mapping[str, str], *, table: str | None = None, row: str | None = None) -> str:
    """`text` with each reference to a column in `mapping` replaced by the SQL given there (`{"nom": 'NEW."nom"'}`);
    other columns stay. What is put in is bracketed where it is more than a name or a constant. With `row` and
    `table`, references to the whole row become `row` (`NEW`). Raises MigrationFileError when `text`, or an
    expression put in, is not one expression.
    """
    parts, at = [], 0
    for each in sorted(_references(text, table), key=lambda each: each.start):
        if each.column is not None and each.column in mapping:
            value = _operand(mapping[each.column])
        elif row is not None and (each.column is None or _is_row(each, table)):
            value = _operand(row) + (".*" if each.star else "")
        else:
            continue
        before, after = text[at : each.start], text[each.end : each.end + 1]
        # The quotes of NOT"a" and of "a"IS were all that kept two words apart; and u&a must not become u&"a".
        left = " " if before and not re.search(r"[\s(\[,]$", before) else ""
        right = " " if re.match(r"[\w$\"'&.]", after) else ""
        parts += [before, left, value, right]
        at = each.end
    return "".join(parts) + text[at:]


def is_reference(text: str, *, table: str | None = None) -> str | None:
    """The name of the column when the expression is that column and nothing more, brackets aside; else None."""
    node = parse.parse_expression(text)
    return _column_of(node, table, shadowed=False) if parse.kind_of(node) == "ColumnRef" else None


@lru_cache(maxsize=4096)
def has_subquery(text: str) -> bool:
    """Whether the expression has a subquery in it."""
    return any(parse.kind_of(node) == "SubLink" for node in parse.walk(parse.parse_expression(text)))


def functions(text: str) -> tuple[str, ...]:
    """The functions that the expression calls by name, as SQL names (`btrim`, `pg_catalog.btrim`, `"É".f`), in
    order of first use. SQL syntax that is a function underneath counts: TRIM(x) is `pg_catalog.btrim`.
    """
    calls = [node for node in parse.walk(parse.parse_expression(text)) if parse.kind_of(node) == "FuncCall"]
    return tuple(dict.fromkeys(".".join(quote.ident(part.string.sval) for part in call.funcname) for call in calls))


@lru_cache(maxsize=4096)  # one expression is put into the words of many statements
def _references(text: str, table: str | None) -> tuple[_Reference, ...]:
    return tuple(_found(text, table))


def _found(text: str, table: str | None) -> Iterator[_Reference]:
    """Every reference of `text` that can be to a column or to the row of `table`, in the order of the tree."""
    source = Source(text)
    tokens = [token for token in parse.scan(text) if not token.is_comment]
    at = {token.start: number for number, token in enumerate(tokens)}
    for node, inside, shadowed in _column_refs(parse.parse_expression(text), table):
        fields = [parse.unwrap(each) for each in node.fields]
        star = parse.kind_of(fields[-1]) == "A_Star"
        names = [each.sval for each in fields if parse.kind_of(each) == "String"]
        qualifier = (names if star else names[:-1])[-1:]
        if (qualifier and (shadowed or qualifier[0] != table)) or (not qualifier and inside):
            continue
        first = at[source.character(node.location)]
        end = _end(tokens, first, len(fields))
        yield _Reference(tokens[first].start, end, None if star else names[-1], star)


def _column_refs(root: Node, table: str | None) -> Iterator[tuple[Node, bool, bool]]:
    """Each ColumnRef below `root`, with whether it is inside a subquery, and whether a relation of that subquery
    has the name `table`.
    """
    stack = [(root, False, False)]
    while stack:
        node, inside, shadowed = stack.pop()
        kind = parse.kind_of(node)
        if kind == "ColumnRef":
            yield node, inside, shadowed
        elif kind == "SelectStmt":
            inside, shadowed = True, shadowed or table in _relation_names(node)
        stack.extend((child, inside, shadowed) for child in reversed(parse.children(node)))


def _relation_names(select: Node) -> set[str]:
    """The names that the FROM and WITH of `select` bring in, those of subqueries in it too (more than needed, which
    only leaves a reference as it is).
    """
    names = set()
    for node in parse.walk(select):
        if parse.kind_of(node) in _RELATIONS:
            alias = getattr(node, "alias", None)
            aliased = "" if alias is None else alias.aliasname
            names.add(aliased or getattr(node, "relname", "") or getattr(node, "ctename", ""))
    return names


def _end(tokens: list[Token], first: int, count: int) -> int:
    """Where the dotted name of `count` parts ends that begins at token `first`; UESCAPE belongs to its part."""
    number = first
    for part in range(count):
        number += 2 if part else 0
        if tokens[number].kind == "UIDENT" and number + 2 < len(tokens) and tokens[number + 1].kind == "UESCAPE":
            number += 2
    return tokens[number].end


def _column_of(node: Node, table: str | None, *, shadowed: bool) -> str | None:
    names = [parse.unwrap(each) for each in node.fields]
    if any(parse.kind_of(each) != "String" for each in names) or shadowed:
        return None
    return str(names[-1].sval) if len(names) == 1 or names[-2].sval == table else None


def _is_row(reference: _Reference, table: str | None) -> bool:
    """Whether the unqualified name is that of the relation: its row, unless a column is called so too."""
    return table is not None and reference.column == table


def _operand(text: str) -> str:
    """`text` so that it can stand anywhere in an expression: in brackets unless it is a name or one token."""
    node, tokens = parse.parse_expression(text), parse.scan(text)
    name = parse.kind_of(node) in _ATOMS and not any(token.is_comment or token.kind == "ASCII_40" for token in tokens)
    if name or len(tokens) == 1:
        return text.strip()
    return f"({text}\n)" if tokens[-1].kind == "SQL_COMMENT" else f"({text})"
