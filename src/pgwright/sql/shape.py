"""The shape of a statement: what is left when its values are taken out, one for all statements that differ in values.

    SELECT * FROM t WHERE a = 'x' AND b IN (1, 2, 3)   →   SELECT * FROM t WHERE a = $1 AND b IN ($2, $3, $4)

The text is what pg_stat_statements makes of the same statement: parameters keep their numbers, constants go on behind
them, NULL, TRUE and FALSE too. Its `key` is made of the parse tree and is finer than libpg_query's fingerprint, which
does not tell IN from `=` or a cast from none: only spelling, comments, and the length of lists of values do not count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ..base.errors import MigrationFileError
from . import parse
from .constants import Literal, skeleton
from .parse import Node

READING = frozenset({"SelectStmt"})
WRITING = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
LONGEST = 100_000
"""Characters of a statement beyond which it is not read: a load of rows in one INSERT takes seconds to parse."""

_VALUE = "?"
_LISTS = frozenset({("A_Expr", "rexpr"), ("A_ArrayExpr", "elements"), ("SelectStmt", "values_lists")})
"""Where the length of a list of values means nothing: IN (…), ARRAY[…], the rows of VALUES."""
_COLUMNS = frozenset({("SortBy", "node"), ("SelectStmt", "group_clause"), ("SelectStmt", "distinct_clause")})
"""Where a number is that of a column."""
_WORDS = re.compile(r"(?i)(?:true|false|null)\b")
_NUMBER = re.compile(r"\$(\d+)")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """`text` has `count` parameters `$1` to `$count`. `kind` is the statement's node (`SelectStmt`), `relations` and
    `functions` what it names, as (schema or "", name), without the queries of its own WITH."""

    text: str
    key: str
    kind: str
    count: int
    relations: frozenset[tuple[str, str]]
    functions: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Value:
    """What stands for a parameter: a literal by its place in the list, with a sign before it; or a word (`NULL`)."""

    sign: str
    literal: int | None
    word: str = ""


@dataclass(frozen=True)
class _Cut:
    """A skeleton that was read: `pieces` are texts of the shape, and numbers of the literals that stay in it."""

    pieces: tuple[str | int, ...]
    values: tuple[_Value, ...]
    given: int
    squashed: str
    kind: str
    relations: frozenset[tuple[str, str]]
    functions: frozenset[tuple[str, str]]


def shape(text: str, parameters: Mapping[int, str] | None = None) -> tuple[Shape, tuple[str, ...] | None]:
    """The shape of the one statement in `text`, and its values as SQL constants, in the order of the shape's
    parameters. `parameters` has those of the `$n` that stand in `text`; the values are None where one of them is
    missing. Raises MigrationFileError where it cannot be parsed, is longer than LONGEST, or is not one statement."""
    bare, literals = skeleton(text)
    if len(bare) > LONGEST:
        raise MigrationFileError(f"this is longer than {LONGEST:,} characters", file="<statement>")
    cut = _cut(bare)
    stay = tuple(literals[piece].text for piece in cut.pieces if isinstance(piece, int))
    return _shape(bare, stay), _values(cut, literals, parameters or {})


def filled(text: str, values: Sequence[str] | Mapping[int, str]) -> str:
    """A text with its parameters replaced by `values`, SQL constants in the order of the numbers, or by number. Raises
    MigrationFileError where it cannot be scanned, ValueError for a parameter without a value."""
    known = values if isinstance(values, Mapping) else dict(enumerate(values, 1))
    parts, at = [], 0
    for token in parse.scan(text):
        if token.kind == "PARAM":
            number = int(token.text[1:])
            if number not in known:
                raise ValueError(f"there is no value for ${number}")
            value = known[number]
            parts += [text[at : token.start], f"({value})" if value.startswith(("-", "+")) else value]
            at = token.end
    return "".join(parts) + text[at:]


def _values(cut: _Cut, literals: tuple[Literal, ...], given: Mapping[int, str]) -> tuple[str, ...] | None:
    if any(number not in given for number in range(1, cut.given + 1)):
        return None
    found = [given[number] for number in range(1, cut.given + 1)]
    for value in cut.values:
        found.append(value.word if value.literal is None else value.sign + literals[value.literal].text)
    return tuple(found)


@lru_cache(maxsize=8192)  # a log says the same again and again
def _shape(bare: str, stay: tuple[str, ...]) -> Shape:
    """The shape of a skeleton with the literals that stay in it."""
    cut = _cut(bare)
    kept = iter(stay)
    text = "".join(piece if isinstance(piece, str) else next(kept) for piece in cut.pieces)
    digest = hashlib.sha256("\0".join((cut.squashed, *stay)).encode("utf-8", "surrogatepass"))
    return Shape(
        text=text.strip().rstrip(";").rstrip(),
        key=digest.hexdigest()[:16],
        kind=cut.kind,
        count=cut.given + len(cut.values),
        relations=cut.relations,
        functions=cut.functions,
    )


@lru_cache(maxsize=8192)
def _cut(bare: str) -> _Cut:
    """Which literals of a skeleton are values."""
    statements = parse.parse(bare)
    if len(statements) != 1:
        message = f"there are {len(statements)} statements in it" if statements else "there is no statement in it"
        raise MigrationFileError(message, file="<statement>")
    tree, source = statements[0].node, statements[0].source
    _, literals = skeleton(bare)
    facts = _facts(tree)
    constants = {source.character(place) for place in facts.constants}
    given = max((int(match[1]) for each in literals if (match := _NUMBER.fullmatch(each.text))), default=0)
    pieces, values = _pieces(bare, literals, constants, given)
    return _Cut(
        pieces=pieces,
        values=values,
        given=given,
        squashed=_squashed(tree, bare),
        kind=statements[0].kind,
        relations=frozenset(facts.relations - {("", name) for name in facts.own}),
        functions=frozenset(facts.functions),
    )


def _pieces(
    bare: str, literals: tuple[Literal, ...], constants: set[int], given: int
) -> tuple[tuple[str | int, ...], tuple[_Value, ...]]:
    """The text between values, and the values, which become parameters behind those that are `given`."""
    marks: list[tuple[int, int, _Value | int]] = []
    for number, literal in enumerate(literals):
        if literal.text.startswith("$") and _NUMBER.fullmatch(literal.text):
            continue
        signed = _sign(bare, literal.start, constants)
        if literal.start in constants or signed is not None:
            start = literal.start if signed is None else signed
            sign = "" if signed is None else bare[signed]
            marks.append((start, literal.end, _Value(sign, number)))
        else:
            marks.append((literal.start, literal.end, number))
    taken = {start for start, _, _ in marks}
    for place in constants - taken:
        if match := _WORDS.match(bare, place):
            marks.append((place, match.end(), _Value("", None, match[0].upper())))
    pieces: list[str | int] = []
    values: list[_Value] = []
    at = 0
    for start, end, what in sorted(marks, key=lambda each: each[0]):
        pieces.append(bare[at:start])
        if isinstance(what, int):
            pieces.append(what)
        else:
            values.append(what)
            pieces.append(f"${given + len(values)}")
        at = end
    pieces.append(bare[at:])
    return tuple(pieces), tuple(values)


def _sign(bare: str, start: int, constants: set[int]) -> int | None:
    """Where the minus stands that the parser made a part of the number at `start`: its constant begins there."""
    place = start - 1
    while place >= 0 and bare[place] == " ":
        place -= 1
    return place if place >= 0 and bare[place] in "-+" and place in constants else None


@dataclass
class _Facts:
    """What a tree holds: the places (bytes) of the constants that are values, and the names of relations, functions and
    queries of WITH."""

    constants: set[int] = field(default_factory=set)
    relations: set[tuple[str, str]] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    own: set[str] = field(default_factory=set)

    def note(self, kind: str, node: Node) -> None:
        if kind == "RangeVar":
            self.relations.add((str(node.schemaname), str(node.relname)))
        elif kind == "CommonTableExpr":
            self.own.add(str(node.ctename))
        elif kind == "FuncCall":
            names = [str(parse.unwrap(part).sval) for part in node.funcname]
            self.functions.add((names[-2] if len(names) > 1 else "", names[-1]))


def _facts(tree: Node) -> _Facts:
    """The facts of a tree. Values are not constants that are a part of a type (`numeric(10, 2)`), and not numbers that
    mean a column of the output (ORDER BY 1)."""
    found = _Facts()
    stack: list[Node] = [parse.unwrap(tree)]
    while stack:
        node = stack.pop()
        kind = parse.kind_of(node)
        if kind == "A_Const":
            if node.location >= 0:
                found.constants.add(node.location)
            continue
        found.note(kind, node)
        for item, value in node.ListFields():
            if item.message_type is None or item.name == "typmods":
                continue
            below = [parse.unwrap(each) for each in ([value] if hasattr(value, "ListFields") else value)]
            if (kind, item.name) in _COLUMNS:
                below = [each for each in below if parse.kind_of(each) != "A_Const"]
            stack.extend(below)
    return found


def _squashed(tree: Node, bare: str) -> str:
    """The tree as one text in which all values are the same, and a list of values is as one of them."""
    try:
        return _signature(tree)
    except RecursionError:  # nested deeper than anybody writes by hand: then the spelling counts
        return bare


def _signature(node: Node) -> str:
    node = parse.unwrap(node)
    kind = parse.kind_of(node)
    if kind in ("A_Const", "ParamRef"):
        return _VALUE
    parts = [kind]
    for item, value in node.ListFields():
        if item.name in parse.PLACES:
            continue
        single = isinstance(value, str | bytes | int | float) or hasattr(value, "ListFields")
        each = [value] if single else list(value)
        if kind == "A_Expr" and item.name == "rexpr" and parse.kind_of(inner := parse.unwrap(value)) == "List":
            each = list(inner.items)  # IN (…)
        texts = [_signature(one) if item.message_type is not None else repr(one) for one in each]
        if (kind, item.name) in _LISTS and len(set(texts)) == 1:
            texts = texts[:1]
        parts.append(f"{item.name}:{','.join(texts)}")
    return "(" + " ".join(parts) + ")"
