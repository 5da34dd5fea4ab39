"""Migration files: read from a folder, in order, parsed, checked, each with a checksum of what it means.

A file that psql understands and pgwright does not (meta-commands, COPY data, transactions of its own) is refused
here, with the place and what to do instead.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from ...base.errors import MigrationFileError
from ...sql import directives as sql_directives
from ...sql import parse
from ...sql.actions import Action, actions
from ...sql.directives import Directive
from ...sql.lexeme import Token
from ...sql.parse import Node, Statement
from ...sql.position import Position, Source

_NAME = re.compile(r"(?P<number>\d{4,})_\w[\w-]*")
_META = re.compile(r"\\\S*")


@dataclass(frozen=True, kw_only=True)
class MigrationStatement:
    """A statement with what it does and what is said above it."""

    statement: Statement
    actions: tuple[Action, ...]
    directives: tuple[Directive, ...]


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A migration file: `name` is the file's stem, `number` its digits as written, `text` without a BOM.

    `statements` is empty when the file holds comments only.
    """

    name: str
    number: str
    path: Path
    text: str
    statements: tuple[MigrationStatement, ...]

    @cached_property
    def checksum(self) -> str:
        """sha256 (hexadecimal) of the parsed statements and directives.

        Formatting, comments, the case of keywords and quotes that are not needed do not change it; any change of
        meaning does. It is made of the names of the tree's nodes and fields, not of their numbers, so that it
        outlives a release of the parser that adds to the grammar.
        """
        digest = hashlib.sha256()
        for each in self.statements:
            for directive in each.directives:
                digest.update(_record("directive", directive.name, directive.target or "", *_meaning(directive)))
            digest.update(_record("statement", *parse.words(each.statement.node)))
        return digest.hexdigest()


def load(folder: Path) -> tuple[Migration, ...]:
    """The migrations in `folder`, in the order of their numbers. Files with another suffix and hidden files are
    passed over. Raises MigrationFileError for the first thing that is wrong.
    """
    if not folder.is_dir():
        raise MigrationFileError(
            "there is no such folder", file=str(folder), hint="Make the first migration with: pgwright new NAME"
        )
    paths = [path for path in folder.iterdir() if path.suffix.lower() == ".sql" and not path.name.startswith(".")]
    ordered = sorted((path for path in paths if path.is_file()), key=lambda path: (_number(path), path.name))
    for one, two in pairwise(ordered):
        if _number(one) == _number(two):
            hint = f"Rename one of them; branches that were merged meet here: {one.name}, {two.name}."
            message = f"two migrations have the number {_match(one)['number']}: {one.name} and {two.name}"
            raise MigrationFileError(message, file=str(folder), hint=hint)
    return tuple(read(path) for path in ordered)


def read(path: Path) -> Migration:
    """The migration in the file at `path`. Raises MigrationFileError."""
    _match(path)
    return from_text(_decode(path), path=path)


def from_text(text: str, *, path: Path) -> Migration:
    """The migration that a file `path` with this `text` would be; the file is not read."""
    number = _match(path)["number"]
    try:
        statements = parse.parse(text, file=str(path))
    except MigrationFileError as error:
        raise _explained(Source(text, str(path)), error) from error
    for statement in statements:
        _check(statement)
    attached = sql_directives.attach(text, statements, str(path))
    return Migration(
        name=_stem(path),
        number=number,
        path=path,
        text=text,
        statements=tuple(
            MigrationStatement(statement=statement, actions=actions(statement), directives=above)
            for statement, above in zip(statements, attached, strict=True)
        ),
    )


def _stem(path: Path) -> str:
    """The stem, composed (NFC): macOS may hand out names decomposed, and the journal compares them."""
    return unicodedata.normalize("NFC", path.stem)


def _match(path: Path) -> re.Match[str]:
    match = _NAME.fullmatch(_stem(path))
    if match is None or path.suffix != ".sql":
        hint = "Name it by four digits, _ and words: 0001_first_step.sql; pgwright new NAME does."
        raise MigrationFileError("this is no name for a migration", file=str(path), hint=hint)
    return match


def _number(path: Path) -> int:
    return int(_match(path)["number"])


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "Make it readable for the user that runs pgwright."
        raise MigrationFileError(f"cannot be read: {error.strerror}", file=str(path), hint=hint) from error
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        line = data[error.start :].split(b"\n")[0].decode("utf-8", "replace")
        source = Source(before + line, str(path))
        hint = "Save the file as UTF-8."
        raise source.error(f"byte 0x{data[error.start]:02x} is not UTF-8", len(before), hint=hint) from error


def _check(statement: Statement) -> None:
    """Refuse what only psql, or only a session of one's own, can do."""
    if statement.kind == "TransactionStmt":
        message = f"a migration cannot control transactions ({statement.text.split()[0].upper()})"
        hint = "Remove it: pgwright makes the transactions, and commits none with half of a change."
        raise statement.source.error(message, statement.start, hint=hint)
    if statement.kind == "CopyStmt" and _is_stdin(statement.node):
        raise _copy_error(statement.source, statement.start)


def _is_stdin(node: Node) -> bool:
    return bool(node.is_from and not node.filename and not node.is_program)


def _copy_error(source: Source, offset: int) -> MigrationFileError:
    hint = "Write the rows as INSERT INTO … VALUES, or load them with psql apart from the migration."
    return source.error("COPY … FROM STDIN has its data in the file, which a migration cannot", offset, hint=hint)


def _explained(source: Source, error: MigrationFileError) -> MigrationFileError:
    """`error` of the parser, or what is behind it: psql's data and commands before it, which are no SQL."""
    place = source.offset(Position(error.line or 1, error.column or 1))
    before = _scanned(source.text[: place + 1]) or _scanned(source.text[:place])
    begins, copied = True, None
    for number, token in enumerate(before):
        if begins:
            copied = token if token.kind == "COPY" else None
        begins = token.kind == "ASCII_59"
        if copied and token.kind == "STDIN" and before[number - 1].kind == "FROM":
            return _copy_error(source, copied.start)
        if token.kind == "ASCII_92":  # a backslash that is code
            command = (_META.match(source.text, token.start) or [token.text])[0]
            hint = "Remove it: a migration is SQL that the server understands; psql's commands are not."
            return source.error(f"{command} is a command of psql, not SQL", token.start, hint=hint)
    return error


def _scanned(text: str) -> tuple[Token, ...]:
    try:
        return tuple(token for token in parse.scan(text) if not token.is_comment)
    except MigrationFileError:
        return ()


def _meaning(directive: Directive) -> Iterator[str]:
    if directive.name in sql_directives.EXPRESSIONS:
        return parse.words(parse.parse_expression(directive.value))
    return iter((re.sub(r"\s*,\s*", ",", directive.value),))


def _record(*words: str) -> bytes:
    return b"".join(f"{len(word)}:{word}".encode("utf-8", "surrogatepass") for word in words) + b"\n"
