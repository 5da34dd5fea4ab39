"""Makes a migration of what pg_dump wrote: its statements, without what only psql or a session of its own needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...sql import parse
from ...sql.parse import Statement

HEAD = """\
-- The schema as it was when pgwright began, made by pgwright baseline from pg_dump.
-- On an empty database pgwright apply makes it; where it is already, it is marked as done.

"""
# Recent pg_dumps guard the script by a word that nobody can guess; inside of it the line stands nowhere else.
_GUARD = re.compile(r"^\\restrict (?P<key>\w+)$", re.MULTILINE)
# Function bodies may name what comes later in the file, and a table may live elsewhere or be stored in another way.
_BODIES = "check_function_bodies"
_STORAGE = {"default_tablespace": "", "default_table_access_method": "heap"}


def text(dump: str) -> str:
    """The text of the migration file. Raises MigrationFileError for what our parser does not understand."""
    guard = _GUARD.search(dump)
    if guard is not None:
        for word in ("restrict", "unrestrict"):
            dump = dump.replace(f"\\{word} {guard['key']}\n", "\n")
    statements = parse.parse(dump, file="<pg_dump>")
    return HEAD + "\n".join(f"{each.text};\n" for each in _wanted(statements))


def _wanted(statements: Sequence[Statement]) -> Iterator[Statement]:
    bodies = any(each.kind == "CreateFunctionStmt" for each in statements)
    stored = any(_setting(each) in _STORAGE and _value(each) != _STORAGE[_setting(each)] for each in statements)
    for each in statements:
        name = _setting(each)
        if name and not (bodies and name == _BODIES) and not (stored and name in _STORAGE):
            continue
        if each.text.startswith("SELECT pg_catalog.set_config('search_path'"):
            continue
        if each.kind == "CreateSchemaStmt" and each.node.schemaname == "public":
            continue  # every database has it
        yield each


def _setting(statement: Statement) -> str:
    """The setting that a SET is about, "" for another statement."""
    return str(statement.node.name) if statement.kind == "VariableSetStmt" else ""


def _value(statement: Statement) -> str:
    arguments = [parse.unwrap(each) for each in statement.node.args]
    return str(arguments[0].sval.sval) if arguments else ""
