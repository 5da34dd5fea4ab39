"""The queries of a file: each statement is one, if EXPLAIN takes it and nothing that it does remains.

A query is called as its file, the second one of a file `stem:2`; `-- name: xyz` in the lines above calls it `xyz`.
What may be explained at all is the business of `asking.statement`; beyond that a query that is kept has no parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...base.errors import MigrationFileError, Refused, UsageError
from ...sql import parse
from ...sql.parse import Statement
from ..asking.statement import numbers, taken

_NAME = re.compile(r"--\s*name\s*:\s*(\S.*?)\s*", re.IGNORECASE)
_WRITTEN_IN = "Write a value in its place, one that is typical for the application, as in WHERE id = 42."


@dataclass(frozen=True, kw_only=True)
class Query:
    """A statement to be explained. `file` and `line` are where it stands, `writes` whether it changes or locks rows."""

    name: str
    statement: str
    file: str
    line: int
    writes: bool


def read(text: str, *, file: str, stem: str) -> tuple[Query, ...]:
    """The queries in `text`. Raises MigrationFileError for what is no SQL, or no query, or has parameters, and Refused
    for what no rollback takes back."""
    statements, names = parse.parse(text, file=file), list(_names(text, file))
    found, before = [], 0
    for number, statement in enumerate(statements, 1):
        given = [name for offset, name in names if before <= offset < statement.start]
        usual = stem if number == 1 else f"{stem}:{number}"
        found.append(_query(given[-1] if given else usual, statement, file))
        before = statement.end
    return tuple(found)


def _names(text: str, file: str) -> Iterator[tuple[int, str]]:
    """The comments that give a name, with where they stand."""
    for token in parse.scan(text, file=file):
        if token.is_comment and (match := _NAME.fullmatch(token.text)):
            yield token.start, match[1]


def _query(name: str, statement: Statement, file: str) -> Query:
    """One statement as a query; its errors say where it stands."""
    source, place = statement.source, statement.position
    if statement.kind == "ExecuteStmt":
        message, hint = "EXECUTE runs what another session prepared.", "Write the statement itself, with values in it."
        raise source.error(message, statement.start, hint=hint)
    try:
        asked = taken(statement)
    except Refused as error:
        raise Refused(f"{file}:{place}: {error.message}", hint="Take it out of the file.") from error
    except UsageError as error:
        raise source.error(error.message, statement.start, hint=error.hint) from error
    if given := numbers(asked.text):
        message = f"The statement has the parameter ${given[0]}."
        raise source.error(message, statement.start + statement.text.find(f"${given[0]}"), hint=_WRITTEN_IN)
    if any(parse.kind_of(node) == "IntoClause" for node in parse.walk(statement.node)):
        hint = "Leave INTO away, so that only the query is measured."
        raise source.error("SELECT INTO makes a table.", statement.start, hint=hint)
    return Query(name=name, statement=asked.text, file=file, line=place.line, writes=asked.writes)


def check_names(queries: Sequence[Query]) -> None:
    """Raises MigrationFileError where two queries have one name."""
    seen: dict[str, Query] = {}
    for query in queries:
        if (first := seen.setdefault(query.name, query)) is not query:
            raise MigrationFileError(
                f"there is another query called {query.name}, in {first.file}:{first.line}.",
                file=query.file,
                line=query.line,
                column=1,
                hint="Give it a name of its own by the line -- name: … above the statement.",
            )
