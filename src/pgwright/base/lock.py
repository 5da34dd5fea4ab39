"""The eight table-level lock modes of PostgreSQL, in order of strength, and what each one blocks.

Source: PostgreSQL documentation, "Explicit Locking", table 13.2; the same from 14 to 18.
"""

from __future__ import annotations

from enum import IntEnum


class LockMode(IntEnum):
    """A table-level lock mode. A higher value conflicts with at least as many modes as a lower one."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def sql(self) -> str:
        """The words of `LOCK TABLE … IN … MODE`."""
        return self.name.replace("_", " ")

    @property
    def pg_name(self) -> str:
        """The spelling of `pg_locks.mode`, for example `AccessExclusiveLock`."""
        return "".join(part.capitalize() for part in self.name.split("_")) + "Lock"

    @property
    def blocks(self) -> str:
        """What an application cannot do on the table while the lock is held: reads, writes, DDL or nothing."""
        if self is LockMode.ACCESS_EXCLUSIVE:
            return "reads and writes"
        if self >= LockMode.SHARE:
            return "writes"
        if self is LockMode.SHARE_UPDATE_EXCLUSIVE:
            return "DDL and vacuum"
        return "nothing an application does"

    @property
    def is_strong(self) -> bool:
        """True where the lock blocks what an application does: SHARE and stronger."""
        return self >= LockMode.SHARE

    @classmethod
    def from_pg_name(cls, name: str) -> LockMode:
        """The mode that `pg_locks.mode` spells `name`; raises KeyError for what is no table-level mode."""
        return _BY_PG_NAME[name]


_BY_PG_NAME = {mode.pg_name: mode for mode in LockMode}
