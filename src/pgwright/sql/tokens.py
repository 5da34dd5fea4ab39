"""Names inside code that has no tree: PL/pgSQL bodies, read and changed by tokens, never by searching text.

Comments, strings and dollar-quoted parts are not code here: SQL that a body puts together from strings is out of
reach of `replace_field`, and `mentions` sees it only when asked to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from ..base.errors import MigrationFileError
from . import parse, quote
from .lexeme import Token, fold

_DOT = "ASCII_46"
_STRINGS = ("SCONST", "USCONST")


def replace_field(body: str, records: tuple[str, ...], old: str, new: str) -> str:
    """`body` with the field `old` of each record (`new`, `old`, or a variable) renamed to `new`.

    `records` are written as in code (`NEW` or `new`); everything else, spacing and comments too, stays as it is.
    Raises MigrationFileError when `body` cannot be scanned.
    """
    parts, at = [], 0
    for _, token in _fields(body, records):
        if token.name == old:
            parts += [body[at : token.start], quote.ident(new)]
            at = token.end
            if re.match(r"[\w$]", body[at:]):  # NEW."a"THEN: the quote was all that stood between them
                parts.append(" ")
    return "".join(parts) + body[at:]


def fields(body: str, records: tuple[str, ...]) -> tuple[str, ...]:
    """The fields of `records` that `body` names, in order of first use."""
    return tuple(dict.fromkeys(token.name or "" for _, token in _fields(body, records)))


def uses_whole_record(body: str, records: tuple[str, ...]) -> bool:
    """Whether `body` uses one of `records` as a whole (`to_jsonb(NEW)`, `NEW.*`, `NEW = OLD`); a plain
    `RETURN NEW` is no use, since it only passes the row on.
    """
    wanted, code = {fold(record) for record in records}, _code(body)
    for number, token in enumerate(code):
        if token.name not in wanted or _kind(code, number - 1) == _DOT:
            continue
        field_follows = _kind(code, number + 1) == _DOT and _is_name(code, number + 2)
        returned = number and code[number - 1].name == "return" and _kind(code, number + 1) == "ASCII_59"
        if not field_follows and not returned:
            return True
    return False


def mentions_column(body: str, column: str) -> bool:
    """Whether `column` stands as an identifier anywhere in the code of `body`, not in its comments or strings."""
    return bool(mentions(body, (column,)))


def mentions(body: str, names: Iterable[str], *, strings: bool = False) -> tuple[str, ...]:
    """Those of `names` that stand as identifiers in `body`, in their order; with `strings` also those that are
    words inside of string constants, where dynamic SQL is made. A body of another language, which cannot be
    scanned, is searched for words as a whole.
    """
    try:
        code = parse.scan(body)
    except MigrationFileError:
        return tuple(name for name in names if _has_word(body, name))
    found = {token.name for token in code}
    texts = [token.text for token in code if strings and token.kind in _STRINGS]
    return tuple(name for name in names if name in found or any(_has_word(text, name) for text in texts))


def uses_relation(text: str, name: str, schema: str, kinds: Collection[str] = ()) -> bool:
    """Whether a statement of `text` (of one of `kinds`, or of any) names the relation, with its schema or with none; of
    a text that cannot be parsed, whether the name stands in it."""
    if not mentions_column(text, name):
        return False
    try:
        found = parse.parse(text)
    except MigrationFileError:
        return True
    nodes = (node for each in found if not kinds or each.kind in kinds for node in parse.walk(each.node))
    return any(
        parse.kind_of(node) == "RangeVar" and node.relname == name and node.schemaname in ("", schema) for node in nodes
    )


def _has_word(text: str, name: str) -> bool:
    """Whether `name` stands in `text` with no letter, digit or _ right before or after it; A to Z are folded."""
    return re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", fold(text)) is not None


def _fields(body: str, records: tuple[str, ...]) -> Iterator[tuple[Token, Token]]:
    """Each (record, field) pair of tokens in `body`."""
    wanted, code = {fold(record) for record in records}, _code(body)
    for number, token in enumerate(code):
        dotted = _kind(code, number - 1) != _DOT and _kind(code, number + 1) == _DOT
        if token.name in wanted and dotted and _is_name(code, number + 2):
            yield token, code[number + 2]


def _code(body: str) -> list[Token]:
    return [token for token in parse.scan(body, file="<function>") if not token.is_comment]


def _kind(code: list[Token], number: int) -> str:
    return code[number].kind if 0 <= number < len(code) else ""


def _is_name(code: list[Token], number: int) -> bool:
    return number < len(code) and code[number].name is not None
