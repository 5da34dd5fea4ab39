"""PostgreSQL's own grammar: text to tree, tree to text, text to tokens. The only importer of postgast.

Everything here is about text; nothing knows a server. Nodes are protobuf messages and are typed as `Node`.
The grammar is that of PostgreSQL 18, so it accepts what an older server refuses: the plan finds that out.
Errors are MigrationFileError with line, column and an excerpt. postgast is imported at first use, because it
costs more (80 ms) than all that a command without SQL needs.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from ..base.errors import MigrationFileError
from .lexeme import Token, check_depth
from .node import PLACES, Node, children, enum_value, kind_of, same, unwrap, walk, words
from .position import Position, Source

__all__ = [
    "PLACES",
    "Node",
    "Statement",
    "children",
    "deparse_expression",
    "deparse_statement",
    "enum_names",
    "enum_value",
    "fingerprint",
    "kind_of",
    "names",
    "parse",
    "parse_expression",
    "parse_plpgsql",
    "scan",
    "statement_kinds",
    "unwrap",
    "walk",
    "words",
]

_SELECT = "SELECT "
_EXPRESSION_FIELDS = {"target_list", "limit_option", "op"}
_NEAR = re.compile(r'(at or near )"(.*)"$', re.DOTALL)
# libpg_query writes `{}}` for each of TG_OP, TG_NAME, … of a trigger function, and that is not JSON.
_BROKEN_DATUM = re.compile(r'("(?:[^"\\]|\\.)*")|(?<=[,\[])\{\}\}')


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a text: `text` is its source from the first to the last token, without semicolon or
    comments around it; `start` and `end` are character offsets into `source.text`, the text of the whole file;
    `kind` is the name of the message (`RenameStmt`).
    """

    node: Node = field(compare=False, repr=False)
    kind: str
    text: str
    start: int
    end: int
    position: Position
    source: Source = field(compare=False, repr=False)


def parse(text: str, *, file: str = "<text>") -> tuple[Statement, ...]:
    """The statements of `text` in order; empty when there are none. Raises MigrationFileError.

    Locations in the nodes are UTF-8 byte offsets into `text`: convert them with `Source.character`.
    """
    source = Source(text, file)
    tokens = _checked_tokens(source)
    with _translated(source):
        tree = _library().parse(text)
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]
    statements = []
    for raw in tree.stmts:
        stop = source.character(raw.stmt_location + raw.stmt_len) if raw.stmt_len else len(text)
        first = bisect_left(starts, source.character(raw.stmt_location))
        while tokens[first].kind == "ASCII_59":
            first += 1
        start, end, node = starts[first], ends[bisect_right(ends, stop) - 1], unwrap(raw.stmt)
        statements.append(
            Statement(
                node=node,
                kind=node.DESCRIPTOR.name,
                text=text[start:end],
                start=start,
                end=end,
                position=source.position(start),
                source=source,
            )
        )
    return tuple(statements)


def parse_expression(text: str, *, file: str = "<expression>") -> Node:
    """The node of `text` as one scalar expression, its locations byte offsets into `text`.

    Raises MigrationFileError where it is more or less than that (`a, b`, `a AS b`, `a FROM t`, `a; DROP …`, `*`).
    """
    source = Source(text, file)
    tokens = _checked_tokens(source)
    with _translated(source, shift=len(_SELECT)):
        tree = _library().parse(_SELECT + text)
    select = tree.stmts[0].stmt.select_stmt
    targets = [item.res_target for item in select.target_list]
    single = (
        len(targets) == 1
        and not targets[0].name
        and {item.name for item, _ in select.ListFields()} <= _EXPRESSION_FIELDS
        and tokens[0].kind != "ALL"
        and all(token.kind != "ASCII_59" for token in tokens)
    )
    node = unwrap(targets[0].val) if single else None
    if node is None or (kind_of(node) == "ColumnRef" and kind_of(unwrap(node.fields[-1])) == "A_Star"):
        message = "this is not one expression" if tokens else "an expression is missing"
        raise source.error(message, 0, hint="Write a single SQL expression, as trim(name).")
    for child in walk(node):
        for name in PLACES:
            if getattr(child, name, 0) >= len(_SELECT):
                setattr(child, name, getattr(child, name) - len(_SELECT))
    return node


@lru_cache(maxsize=1024)  # a plan asks for the tokens of one statement again and again
def scan(text: str, *, file: str = "<text>") -> tuple[Token, ...]:
    """All tokens of `text`, comments too. Raises MigrationFileError, as for a string that does not end."""
    source = Source(text, file)
    if (zero := text.find("\0")) >= 0:
        raise source.error("a zero byte cannot stand in SQL", zero, hint="Remove it; the file must be UTF-8 text.")
    with _translated(source):
        found = _library().scan(text).tokens
    tokens = []
    for token in found:
        start, end = source.character(token.start), source.character(token.end)
        # A single character that the grammar does not know, as the backslash, has no name in the list.
        kind = _token_names().get(token.token, f"ASCII_{token.token}")
        tokens.append(Token(kind, text[start:end], start, end, token.keyword_kind != 0))
    return tuple(tokens)


@lru_cache(maxsize=4096)  # a plan looks for every name in all earlier statements
def names(text: str) -> frozenset[str]:
    """What `text` mentions where a name could stand, keywords too, as a catalog would write it. Raises
    MigrationFileError."""
    return frozenset(token.name for token in scan(text) if token.name is not None)


def parse_plpgsql(text: str, *, file: str = "<function>") -> list[dict[str, Any]]:
    """The PL/pgSQL functions that the statements of `text` create (or run, with DO), as libpg_query's JSON.

    Raises MigrationFileError, whose message names the function and the line in it; its own position is the start.
    """
    source = Source(text, file)
    with _translated(source):
        try:
            try:
                found: list[dict[str, Any]] = _library().parse_plpgsql(text)
            except json.JSONDecodeError:
                found = json.loads(_BROKEN_DATUM.sub(lambda match: match[1] or "{}", _raw_plpgsql(text)))
        except RecursionError as error:
            hint = "Split the function into several."
            raise source.error("this function is nested too deep to be read", 0, hint=hint) from error
    return found


def deparse_statement(node: Node) -> str:
    """The SQL of the statement `node`, in libpg_query's spelling, without a semicolon.

    Raises MigrationFileError where that text would not mean the same: the deparser drops WHITESPACE of XMLPARSE and
    VERSION of XMLROOT and breaks casts in XMLEXISTS (18.0.4). To change a text, splice it at the nodes' places.
    """
    grammar, text = _grammar(), ""
    tree = grammar.ParseResult(stmts=[grammar.RawStmt(stmt=_wrapped(node))])
    try:
        text = str(_library().deparse(tree))
        again = _library().parse(text).stmts[0].stmt
    except _library().PgQueryError:
        again = None
    if again is None or not same(again, node):
        hint = "Write it in another way; pgwright could not repeat it faithfully."
        raise MigrationFileError(f"a part of this cannot be written again: {text}", file="<tree>", hint=hint)
    return text


def deparse_expression(node: Node) -> str:
    """The SQL of the expression `node`, in libpg_query's spelling. Raises as `deparse_statement` does."""
    grammar = _grammar()
    target = grammar.Node(res_target=grammar.ResTarget(val=_wrapped(node)))
    select = grammar.SelectStmt(target_list=[target], limit_option="LIMIT_OPTION_DEFAULT", op="SETOP_NONE")
    return deparse_statement(select).removeprefix(_SELECT)


def formatted(text: str) -> str:
    """One statement laid out over several lines, to be read by people; `text` itself where it holds a comment, cannot
    be read, or would not mean the same."""
    try:
        [statement] = parse(text)
        if any(token.kind in ("SQL_COMMENT", "C_COMMENT") for token in scan(text)):
            return text
        found = str(_library().format_sql(text)).rstrip(";\n")
        [again] = parse(found)
    except (MigrationFileError, ValueError, RecursionError):
        return text
    return found if same(again.node, statement.node) else text


def fingerprint(text: str) -> str:
    """libpg_query's fingerprint of `text`, 16 hexadecimal digits: the same for statements that differ only in
    constants and formatting. For statistics, never for identity (`files.checksum` is that).
    """
    _checked_tokens(source := Source(text))
    with _translated(source):
        return str(_library().fingerprint(text).hex)


def statement_kinds() -> tuple[str, ...]:
    """The names of all messages of the grammar that end in `Stmt`."""
    return tuple(item.message_type.name for item in _grammar().Node.DESCRIPTOR.fields if item.name.endswith("_stmt"))


def enum_names(enum: str) -> tuple[str, ...]:
    """The names of the values of an enum of the grammar, as `ObjectType`, without the undefined one."""
    values: list[str] = getattr(_grammar(), enum).keys()
    return tuple(name for name in values if not name.endswith("_UNDEFINED"))


def _checked_tokens(source: Source) -> list[Token]:
    tokens = [token for token in scan(source.text, file=source.file) if not token.is_comment]
    check_depth(source, tokens)
    return tokens


def _wrapped(node: Node) -> Node:
    return _grammar().Node(**{_node_fields()[kind_of(node)]: node})


@contextmanager
def _translated(source: Source, shift: int = 0) -> Iterator[None]:
    """Turn the parser's errors into ours. Its positions are 1-based characters, 0 where it knows none; `shift`
    is how many characters were put before the text.
    """
    try:
        yield
    except _library().PgQueryError as error:
        offset = max(0, min(error.cursorpos - 1 - shift, len(source.text)))
        while offset == len(source.text) and offset and source.text[offset - 1].isspace():
            offset -= 1
        message = _NEAR.sub(_shortened, error.message) + (f" ({error.context})" if error.context else "")
        raise source.error(message, offset, hint="Correct the statement; pgwright reads PostgreSQL's SQL.") from error


def _shortened(match: re.Match[str]) -> str:
    """`at or near "…"` with forty characters of the first line; a string that does not end takes all of the file."""
    line = match[2].splitlines()[0] if match[2] else ""
    return f'{match[1]}"{line[:40]}{"…" if len(match[2]) > 40 or line != match[2] else ""}"'


@cache
def _library() -> Any:
    """postgast, with the depth to which protobuf messages may nest (100 by default, reached by fifty `||`) raised;
    `check_depth` is the limit that holds instead.
    """
    import postgast
    from google.protobuf.internal import api_implementation

    if api_implementation.Type() == "python":
        from google.protobuf.internal import decoder

        decoder.SetRecursionLimit(100_000)
    else:
        from google._upb._message import SetAllowOversizeProtos

        SetAllowOversizeProtos(True)
    return postgast


@cache
def _grammar() -> Any:
    return _library().pg_query_pb2


@cache
def _node_fields() -> dict[str, str]:
    return {item.message_type.name: item.name for item in _grammar().Node.DESCRIPTOR.fields}


@cache
def _token_names() -> dict[int, str]:
    return {number: name for name, number in _grammar().Token.items()}


def _raw_plpgsql(text: str) -> str:
    from postgast.native import lib

    result = lib.pg_query_parse_plpgsql(text.encode())
    try:
        return str(result.plpgsql_funcs.decode())
    finally:
        lib.pg_query_free_plpgsql_parse_result(result)
