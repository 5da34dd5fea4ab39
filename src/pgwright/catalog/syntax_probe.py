"""Asks the server whether its grammar knows a statement: the parser here is that of PostgreSQL 18, the server may be
older. A statement is handed over for parsing (the Parse message) and never run; whatever else the server says against
it, as that a table is not there yet, is no matter of its grammar and left to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

OF_GRAMMAR = (b"scanner_yyerror", b"base_yyparse")
"""The functions of the server that complain about its grammar (14 to 18). The SQLSTATE does not tell: an INSERT of too
many values has that of a syntax error, too, and may be right once an earlier statement has run."""
NEWEST = 18
"""The grammar of the parser here: what such a server refuses was refused before."""


@dataclass(frozen=True, kw_only=True)
class SyntaxFacts:
    """What the server says against a statement, in its words, and at which character of it (from 0)."""

    message: str
    offset: int


def probe_syntax(connection: Connection, text: str) -> SyntaxFacts | None:
    """What the grammar of the server says against the one statement `text`; None where it knows it."""
    from psycopg.pq import DiagnosticField, ExecStatus

    with connection.transaction(force_rollback=True):
        # A query inside of the statement is looked at as a whole, and may find its tables locked.
        connection.execute("SELECT set_config('lock_timeout', '2s', true)")
        result = connection.pgconn.prepare(b"", text.encode(connection.info.encoding))
    if result.status == ExecStatus.COMMAND_OK:
        return None
    if result.error_field(DiagnosticField.SOURCE_FUNCTION) not in OF_GRAMMAR:
        return None
    said = (result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b"").decode(connection.info.encoding, "replace")
    place = result.error_field(DiagnosticField.STATEMENT_POSITION)
    return SyntaxFacts(message=said, offset=int(place) - 1 if place else 0)
