"""What a clone has to be like: the facts of the database that it stands for. They are read, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from ..base.errors import LockNotObtained, Refused
from ..connect.looking import looking as transaction
from ..connect.session import Connection
from ..connect.translation import translate
from ._query import query

BYTEWISE = ("C", "POSIX")
STATEMENT_SECONDS = 120
"""Catalogs of 10,000 tables are read in seconds; a statement that lasts longer is given up, not the source."""
LOCK_SECONDS = 5
NOTHING = "Nothing was changed, and nothing of a clone is left."


@dataclass(frozen=True, kw_only=True)
class Source:
    """The database that is cloned. `version` is server_version_num; `provider` says who sorts text (c: libc, i: ICU,
    b: the server itself); `settings` is what steers the planner in this session, by name, as pg_settings has it;
    `tablespaces` have their options by name, `tablespace` is the one of the database; `collations` are those of the
    system that columns and indexes use. `reads_statistics` says whether the role may read pg_statistic itself."""

    version: int
    encoding: str
    collate: str
    ctype: str
    provider: str
    locale: str
    settings: Mapping[str, str]
    standby: bool
    tablespaces: Mapping[str, str]
    tablespace: str
    collations: tuple[str, ...]
    reads_statistics: bool
    has_policies: bool

    @property
    def major(self) -> int:
        """The major version."""
        return self.version // 10000

    @property
    def bytewise(self) -> bool:
        """Whether text sorts as bytes for the planner, so that a plain b-tree serves LIKE 'x%'. C.UTF-8 of libc does
        not count (14 to 18)."""
        return self.provider == "b" or (self.provider == "c" and self.collate in BYTEWISE)


@contextmanager
def looking(connection: Connection) -> Iterator[None]:
    """A transaction on the source that changes nothing and ends by itself. Raises LockNotObtained where somebody holds
    a table against readers, and else what `translate` makes of an error of the server."""
    try:
        with transaction(connection, timeout=STATEMENT_SECONDS, lock_timeout=LOCK_SECONDS):
            yield
    except psycopg.errors.LockNotAvailable as error:
        raise locked(connection) from error
    except psycopg.Error as error:
        raise translate(error, doing="reading the database for a clone", state=NOTHING) from error


def locked(connection: Connection) -> LockNotObtained:
    """The error where somebody holds a table ACCESS EXCLUSIVE; who, is asked now."""
    try:
        rows = connection.execute(query("holders")).fetchall()
    except psycopg.Error:
        rows = []
    blockers = tuple(f"pid {pid} ({user or 'unknown'}) holds {relation}" for pid, user, relation in rows)
    who = f": {'; '.join(blockers)}" if blockers else ""
    return LockNotObtained(
        f"A table is held ACCESS EXCLUSIVE, so that nobody can read even its size; waited {LOCK_SECONDS} s{who}.",
        blockers=blockers,
        state=NOTHING,
        hint="Run the same command again when that transaction has ended.",
    )


def read(connection: Connection) -> Source:
    """The facts of the connected database. Raises Refused where its blocks have another size than everybody's."""
    row = connection.execute(query("source")).fetchone()
    assert row is not None
    version, block, encoding, collate, ctype, provider, locale, settings, path, standby, *rest = row
    if block != 8192:
        raise Refused(
            f"The server has blocks of {block} bytes, and a clone has blocks of 8192: its costs would mean nothing.",
            hint="`pgwright explain` works without a clone.",
        )
    tablespaces, tablespace, collations, reads_statistics, has_policies = rest
    return Source(
        version=version,
        encoding=encoding,
        collate=collate,
        ctype=ctype,
        provider=provider,
        locale=locale,
        settings={**settings, "search_path": path or '""'},
        standby=standby,
        tablespaces=tablespaces,
        tablespace=tablespace,
        collations=tuple(collations),
        reads_statistics=reads_statistics,
        has_policies=has_policies,
    )
