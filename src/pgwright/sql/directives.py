"""Directives: what DDL has no word for, said in comment lines directly above a statement.

    -- pgwright: up = trim(nom)
    -- pgwright: on_error(nom_complet) = reject
    ALTER TABLE …

One `--` comment line holds one directive. Other comments may stand between it and its statement; a blank line may
not, because then nobody can tell what it belongs to. Nothing is passed over in silence: what looks like a
directive and is none, or belongs to nothing, is an error with its position. Text inside strings, dollar quotes
and block comments is never a directive.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ..base.errors import MigrationFileError
from . import parse
from .actions import actions
from .lexeme import Token, fold, truncate
from .parse import Statement
from .position import Position, Source

EXPRESSIONS = ("up", "down", "on_null")
"""The directives whose value is an SQL expression."""
KNOWN = (*EXPRESSIONS, "on_error", "strategy", "allow")

_NAMES = "|".join(KNOWN)
_DIRECTIVE = re.compile(r"--+\s*pgwright\s*:", re.IGNORECASE)
_FORM = re.compile(
    r"""\s*(?P<name>[^\W\d]\w*)\s*
        (?:\(\s*(?P<target>"(?:[^"]|"")+"|[^\W\d][\w$]*)\s*\)\s*)?
        =(?P<value>.*)""",
    re.DOTALL | re.VERBOSE,
)
# Comments that somebody meant as a directive: the colon is missing, or they are block comments.
_NO_COLON = re.compile(rf"--+\s*pgwright\s+(?:{_NAMES})\s*(?:\([^)]*\)\s*)?=", re.IGNORECASE)
_BLOCK = re.compile(rf"/\*+\s*pgwright\s*:\s*(?:{_NAMES})\s*(?:\([^)]*\)\s*)?=", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = re.compile(r"[a-z][a-z0-9_]*(\s*,\s*[a-z][a-z0-9_]*)*")
_FORM_HINT = "Write -- pgwright: name = value, or name(column) = value."


@dataclass(frozen=True, kw_only=True)
class Directive:
    """One directive: `target` is the column it names or None, `value` its text without comments; `position` is that
    of the comment, `offset` that of the value (characters).
    """

    name: str
    target: str | None
    value: str
    position: Position
    offset: int


def attach(text: str, statements: Sequence[Statement], file: str = "<text>") -> tuple[tuple[Directive, ...], ...]:
    """The directives of each of `statements`, which are those of `text`. Raises MigrationFileError."""
    source = Source(text, file)
    tokens = parse.scan(text, file=file)
    starts = [statement.start for statement in statements]
    found: list[list[Directive]] = [[] for _ in statements]
    for number, token in enumerate(tokens):
        if not _is_directive(source, token):
            continue
        directive = _read(source, token)
        owner = _owner(source, tokens, number, starts)
        _check_new(source, directive, found[owner])
        _check_target(source, directive, statements[owner])
        found[owner].append(directive)
    return tuple(tuple(each) for each in found)


def find(directives: Iterable[Directive], name: str, target: str | None = None) -> Directive | None:
    """The directive `name` for the column `target`: the one that names it, else the one that names no column."""
    named = {each.target: each for each in directives if each.name == name}
    return named.get(target) or named.get(None)


def _is_directive(source: Source, token: Token) -> bool:
    if token.kind == "C_COMMENT" and _BLOCK.match(token.text):
        hint = "Write it as a line that begins with -- pgwright:"
        raise source.error("a directive cannot stand in a block comment", token.start, hint=hint)
    if token.kind != "SQL_COMMENT":
        return False
    if _NO_COLON.match(token.text):
        raise source.error("a colon is missing after pgwright", token.start, hint=_FORM_HINT)
    return _DIRECTIVE.match(token.text) is not None


def _read(source: Source, token: Token) -> Directive:
    """The directive in the comment `token`, checked by itself."""
    opening = _DIRECTIVE.match(token.text)
    begin = opening.end() if opening else 0
    form = _FORM.fullmatch(token.text, begin)
    if form is None:
        raise source.error("this directive cannot be understood", token.start, hint=_FORM_HINT)
    name, at = form["name"], token.start + form.start("name")
    if name not in KNOWN:
        near = get_close_matches(name.lower(), KNOWN, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise source.error(f"unknown directive {name}", at, hint=f"{hint}Known are {', '.join(KNOWN)}.")
    target = form["target"]
    if target is not None:
        target = truncate(target[1:-1].replace('""', '"') if target.startswith('"') else fold(target))
    raw = form["value"]
    offset = token.start + form.start("value") + len(raw) - len(raw.lstrip())
    value = _value(source, name, raw.strip(), offset)
    return Directive(name=name, target=target, value=value, position=source.position(token.start), offset=offset)


def _value(source: Source, name: str, raw: str, offset: int) -> str:
    if not raw:
        raise source.error(f"the directive {name} has no value", offset, hint=f"Write -- pgwright: {name} = value.")
    if name in EXPRESSIONS:
        return _expression(source, name, raw, offset)
    if name == "on_error" and raw not in ("reject", "null"):
        raise source.error(f"on_error cannot be {raw}", offset, hint="Write on_error = reject, or on_error = null.")
    if not (_WORDS if name == "allow" else _WORD).fullmatch(raw):
        hint = "Write allow = destructive; several with commas." if name == "allow" else "Write strategy = copy."
        raise source.error(f"the value of {name} is not a plain word", offset, hint=hint)
    return raw


def _expression(source: Source, name: str, raw: str, offset: int) -> str:
    """`raw` without comments around it, when it is one expression; errors point into the file."""
    try:
        parse.parse_expression(raw)
    except MigrationFileError as error:
        message = str(error).split("\n")[0].split(": ", 1)[1]
        hint = f"The value of {name} is one SQL expression on this line, without a semicolon."
        raise source.error(message, offset + (error.column or 1) - 1, hint=hint) from error
    code = [token for token in parse.scan(raw) if not token.is_comment]
    return raw[code[0].start : code[-1].end]


def _owner(source: Source, tokens: Sequence[Token], number: int, starts: Sequence[int]) -> int:
    """The index of the statement that the directive at token `number` stands directly above."""
    token = tokens[number]
    line_start = source.offset(Position(source.position(token.start).line, 1))
    if source.text[line_start : token.start].strip():
        hint = "Put it on a line of its own, directly above its statement."
        raise source.error("a directive stands behind something else on its line", token.start, hint=hint)
    end = token.end
    for following in tokens[number + 1 :]:
        if following.is_comment or following.start in starts:
            if len(re.findall(r"\r\n|\n|\r", source.text[end : following.start])) > 1:
                hint = "Remove the blank line, so that the directive stands directly above its statement."
                raise source.error("a blank line separates this directive from its statement", token.start, hint=hint)
            if not following.is_comment:
                return bisect_right(starts, following.start) - 1
            end = following.end
        else:
            break
    inside = bisect_right(starts, token.start) > 0 and any(not each.is_comment for each in tokens[number + 1 :])
    message = "a directive stands inside a statement" if inside else "a directive stands above no statement"
    raise source.error(message, token.start, hint="Put it directly above the statement that it belongs to.")


def _check_new(source: Source, directive: Directive, earlier: Iterable[Directive]) -> None:
    for each in earlier:
        if (each.name, each.target) == (directive.name, directive.target):
            shown = directive.name if directive.target is None else f"{directive.name}({directive.target})"
            message = f"the directive {shown} stands above this statement twice (first on line {each.position.line})"
            raise source.error(message, source.offset(directive.position), hint="Remove one of the two.")


def _check_target(source: Source, directive: Directive, statement: Statement) -> None:
    """On several actions a directive must say which it is for, and what it says must stand in the statement."""
    keys = [action.key for action in actions(statement)]
    at = source.offset(directive.position)
    if directive.target is None:
        if len(keys) > 1 and directive.name not in ("strategy", "allow"):
            message = f"this statement has {len(keys)} actions, and {directive.name} does not say for which it is"
            raise source.error(message, at, hint=f"Name the column: -- pgwright: {directive.name}(column) = …")
        return
    # A constraint that is dropped, or made from an index, has columns that the statement does not name.
    if any(key.startswith(("AlterTableStmt.AT_DropConstraint", "AlterTableStmt.AT_AddConstraint")) for key in keys):
        return
    names = [token.name for token in parse.scan(statement.text) if token.name is not None]
    if directive.target not in names:
        near = get_close_matches(directive.target, names, n=1)
        hint = f"Did you mean {directive.name}({near[0]})?" if near else "Name a column that the statement names."
        raise source.error(f"the statement below does not name {directive.target}", at, hint=hint)
