"""Asks the server whether statements would still work if a table were an updatable view, one column twice or not.

On an empty temporary copy, in a transaction that is rolled back. Each statement is prepared and explained, which
parses, rewrites and plans it but runs nothing. What cannot be asked this way counts as a reason against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from ..base.errors import MigrationFileError
from ..sql import parse
from ..sql.index import unconditional
from ..sql.quote import ident
from ..sql.tokens import mentions_column, uses_relation
from .values import Catalog, Table

Connection = psycopg.Connection[tuple[Any, ...]]

ASIDE = "pgwright_aside"
PREPARED = "pgwright_statement"
QUERIES = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
COMMANDS = frozenset({"CopyStmt", "TruncateStmt", "LockStmt", "DeclareCursorStmt", "PrepareStmt"})
"""What an application also runs, and what fails on a view or cannot be tried. Other commands (DDL, EXPLAIN, VACUUM) are
those of people and tools, pgwright's own among them, and say nothing about the application."""
BY_NAME = ("pg_get_serial_sequence", "currval", "regclass")
"""What takes the name of a table as a string, so that it meets the view at run time only."""


def against_view(
    connection: Connection, catalog: Catalog, table_oid: int, old: str, new: str, statements: Sequence[str]
) -> tuple[str, ...]:
    """Why the view would not do, one sentence for each of `statements` (normalised, with $n) that would fail; empty
    when all would work. `old` "" is a view without a second name. Raises psycopg errors when temporary tables cannot be
    made."""
    table = catalog.tables[table_oid]
    name = table.name
    wanted = [text for text in statements if uses_relation(text, name.name, name.schema) and "pgwright" not in text]
    reasons: list[str] = []
    with connection.transaction(force_rollback=True):
        connection.execute(
            "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'; SET LOCAL row_security = off"
        )
        _make_view(connection, catalog, table, old, new)
        for text in wanted:
            reason = _try(connection, table, text)
            if reason is not None:
                reasons.append(f"a known statement would fail on a view ({reason}): {' '.join(text.split())[:80]}")
    return tuple(reasons)


def _make_view(connection: Connection, catalog: Catalog, table: Table, old: str, new: str) -> None:
    """A temporary view with the table's name, in front of everything else that has this name."""
    columns = ", ".join(f"{ident(column.name)} {column.type}" for column in table.columns)
    path = ", ".join(["pg_temp", *map(ident, catalog.search_path)])
    shown = [f"{ident(new)} AS {ident(old)}" if c.name == old else ident(c.name) for c in table.columns]
    keys = [c.definition for c in table.constraints if c.kind in ("primary key", "unique")]
    select = f"SELECT {', '.join([*shown, *([ident(new)] if old else [])])} FROM pg_temp.{ASIDE}"
    for statement in (
        f"CREATE TEMPORARY TABLE {ASIDE} ({', '.join([columns, *keys])})",
        *(unconditional(each.definition, ASIDE) for each in table.indexes if each.unique and not each.constraint),
        *([f"ALTER TABLE pg_temp.{ASIDE} RENAME COLUMN {ident(old)} TO {ident(new)}"] if old else []),
        f"CREATE TEMPORARY VIEW {ident(table.name.name)} AS {select}",
        f"SET LOCAL search_path = {path}",
    ):
        connection.execute(statement.encode())


def _try(connection: Connection, table: Table, text: str) -> str | None:
    """None when the statement works through the view, else why not."""
    if any(mentions_column(text, name) for name in BY_NAME):
        return "it asks for the table by a string"
    try:
        found = parse.parse(text)
    except MigrationFileError:
        return "it cannot be parsed"
    if len(found) != 1 or found[0].kind not in QUERIES:
        return f"{found[0].kind} is no query" if any(each.kind in COMMANDS for each in found) else None
    if any(parse.kind_of(node) == "CurrentOfExpr" for node in parse.walk(found[0].node)):
        return "WHERE CURRENT OF"
    if table.kind != "p" and table.children and _says_only(found[0], table):
        return "ONLY means the children too"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"PREPARE {PREPARED} AS {_here(found[0], table)}".encode())
            row = connection.execute(
                "SELECT coalesce(cardinality(parameter_types), 0) FROM pg_prepared_statements WHERE name = %s",
                (PREPARED,),
            ).fetchone()
            nulls = ", ".join(["NULL"] * (row[0] if row else 0))
            connection.execute(f"EXPLAIN EXECUTE {PREPARED}{f'({nulls})' if nulls else ''}".encode())
    except psycopg.Error as error:
        return f"{error.sqlstate}: {error.diag.message_primary}"
    finally:
        _forget(connection)
    return None


def _says_only(statement: parse.Statement, table: Table) -> bool:
    """Whether the statement names the table with ONLY, which a view does not know."""
    names = (node for node in parse.walk(statement.node) if parse.kind_of(node) == "RangeVar")
    return any(node.relname == table.name.name and not node.inh for node in names)


def _forget(connection: Connection) -> None:
    """Takes the prepared statement away, which outlives a rollback. Not all of the session's: behind a transaction
    pooler those of other clients are among them."""
    if connection.execute("SELECT FROM pg_prepared_statements WHERE name = %s", (PREPARED,)).fetchone() is not None:
        connection.execute(f"DEALLOCATE {PREPARED}".encode())


def _here(statement: parse.Statement, table: Table) -> str:
    """The statement with the schema taken off the table's name, so that it meets the temporary view."""
    text = statement.text
    tokens = [token for token in parse.scan(text) if not token.is_comment]
    parts, at = [], 0
    for first, dot, second in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if dot.text == "." and first.name == table.name.schema and second.name == table.name.name:
            parts.append(text[at : first.start])
            at = second.start
    return "".join([*parts, text[at:]])
