"""What a clone has to be like: the facts of the database that it stands for. They are read, and nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..base.errors import Refused
from ..connect.session import Connection
from ._query import query

BYTEWISE = ("C", "POSIX")


@dataclass(frozen=True, kw_only=True)
class Source:
    """The database that is cloned. `version` is server_version_num; `provider` says who sorts text (c: libc, i: ICU,
    b: the server itself); `settings` is what steers the planner in this session, by name, as pg_settings has it."""

    version: int
    collate: str
    ctype: str
    provider: str
    locale: str
    settings: Mapping[str, str]
    standby: bool

    @property
    def major(self) -> int:
        """The major version."""
        return self.version // 10000

    @property
    def bytewise(self) -> bool:
        """Whether text sorts as bytes for the planner, so that a plain b-tree serves LIKE 'x%'. C.UTF-8 of libc does
        not count (14 to 18)."""
        return self.provider == "b" or (self.provider == "c" and self.collate in BYTEWISE)


def read(connection: Connection) -> Source:
    """The facts of the connected database. Raises Refused where its blocks have another size than everybody's."""
    row = connection.execute(query("source")).fetchone()
    assert row is not None
    version, block, collate, ctype, provider, locale, settings, path, standby = row
    if block != 8192:
        raise Refused(
            f"The server has blocks of {block} bytes, and a clone has blocks of 8192: its costs would mean nothing.",
            state="Nothing was changed.",
        )
    return Source(
        version=version,
        collate=collate,
        ctype=ctype,
        provider=provider,
        locale=locale,
        settings={**settings, "search_path": path or ""},
        standby=standby,
    )
