"""Runs the schema on the clone, piece by piece, so that what cannot be there is skipped by name.

An extension that this machine does not have takes along what needs it; everything else is there.

The schema is somebody's code: the planner itself runs functions that are called immutable, and whoever may create a
function in the source would else run it here as a superuser, on the machine of whoever makes the clone. So everything
belongs to a role that is none, and is made in its session. Only what a superuser must make, and what runs nothing when
it is made, is made while that role is one: extensions, C functions, operator classes, foreign servers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from ..base.errors import MigrationFileError
from ..connect.session import Connection
from ..connect.translation import INSUFFICIENT_PRIVILEGE, describe
from ..sql import parse, quote
from . import locale
from .script import Entry, Script

_TOGETHER = 200
"""Entries that are run in one message; where one of them fails, they are run one by one."""
_NO_MATTER = frozenset({"DEFAULT", "SEQUENCE", "SEQUENCE OWNED BY", "TABLE ATTACH", "INDEX ATTACH"})
"""No plan depends on these, or what they belong to is named already."""
_RUNS_NOTHING = frozenset(
    {
        "AlterOpFamilyStmt",
        "CreateAmStmt",
        "CreateCastStmt",
        "CreateConversionStmt",
        "CreateExtensionStmt",
        "CreateFdwStmt",
        "CreateForeignServerStmt",
        "CreateForeignTableStmt",
        "CreateFunctionStmt",
        "CreateOpClassStmt",
        "CreateOpFamilyStmt",
        "CreatePLangStmt",
        "CreateTransformStmt",
        "DefineStmt",
    }
)


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Something of the source that the clone does not have: its kind and name as pg_dump writes them, and why."""

    kind: str
    name: str
    reason: str


class Restoring:
    """One run of a script. `connection` is the session of `owner`, `admin` one of a superuser. `skipped` and `notes`
    are what became of it."""

    def __init__(self, connection: Connection, admin: Connection, owner: str) -> None:
        self._connection = connection
        self._admin = admin
        self._owner = owner
        self.skipped: list[Skipped] = []
        self.notes: list[str] = []

    def run(self, script: Script) -> None:
        """Runs it. Raises only where the clone itself is lost."""
        for setting in script.settings:
            self._try(setting)  # an older server does not know all of them
        for start in range(0, len(script.entries), _TOGETHER):
            batch = script.entries[start : start + _TOGETHER]
            if self._try("\n".join(entry.before + entry.text for entry in batch)) is not None:
                self._singly(batch)
        self._connection.execute(b"RESET ALL")

    def _singly(self, batch: Sequence[Entry]) -> None:
        for entry in batch:
            if entry.before:
                self._try(entry.before)
            error = self._try(entry.text)
            if error is not None and error.sqlstate == INSUFFICIENT_PRIVILEGE and _runs_nothing(entry.text):
                error = self._as_superuser(entry.text)
            if error is not None and not self._stands_in(entry) and entry.kind not in _NO_MATTER:
                skipped = Skipped(kind=entry.kind.lower(), name=entry.name, reason=describe(error))
                self.skipped.append(skipped)

    def _try(self, text: str) -> psycopg.Error | None:
        """Runs a piece of the script; why it failed. Raises where the server is gone or out of space."""
        try:
            with self._connection.transaction():
                self._connection.execute(text.encode())
        except psycopg.errors.DiskFull:
            raise
        except psycopg.Error as error:
            if self._connection.closed:
                raise
            return error
        return None

    def _as_superuser(self, text: str) -> psycopg.Error | None:
        self._admin.execute(f"ALTER ROLE {self._owner} SUPERUSER".encode())
        try:
            return self._try(text)
        finally:
            self._admin.execute(f"ALTER ROLE {self._owner} NOSUPERUSER".encode())

    def _stands_in(self, entry: Entry) -> bool:
        """Whether a collation that this machine does not have could be made like another one."""
        if entry.kind != "COLLATION":
            return False
        node = parse.parse(entry.text)[0].node
        note = locale.stand_in(self._connection, ".".join(quote.ident(part.string.sval) for part in node.defnames))
        self.notes += [note] if note else []
        return bool(note)


def _runs_nothing(text: str) -> bool:
    try:
        return {statement.kind for statement in parse.parse(text)} <= _RUNS_NOTHING | {"VariableSetStmt"}
    except MigrationFileError:
        return False
