"""A link: an old and a new column of one table, and the expressions that carry a value from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """`filling`: the pass runs and touched rows are filled; `synced`: both sides are carried;
    `retiring`: the new side rules and the old side only follows; `holding`: it follows, and what it cannot keep is
    refused, because a rollback is on its way."""

    FILLING = "filling"
    SYNCED = "synced"
    RETIRING = "retiring"
    HOLDING = "holding"

    @property
    def follows(self) -> bool:
        """Whether the old side has left the application and only follows the new one."""
        return self in (Mode.RETIRING, Mode.HOLDING)


@dataclass(frozen=True, kw_only=True)
class Link:
    """Two columns of table `table` (an oid) that mean the same.

    `old` and `new` are attnums of the root table. `up` and `down` are expressions as the server deparses them, in the
    names of their place in the migration; `columns` maps each of those names to an attnum. `down_written` is
    true where the author wrote `down`: it is trusted, while a generated one checks the way back. `plain` is a
    rename that leaves the value alone. `type` is that of the old column, `new_type` that of the new one where it is
    another. With `keeps_name` the new column is hidden until contract, and then has the name of the old one. `total`
    tells that `up` cannot raise. `lasting` tells that the in-sync check is immutable and stands as a constraint.
    """

    id: str
    migration: str
    table: int
    old: int
    new: int
    old_name: str
    new_name: str
    up: str
    down: str
    columns: Mapping[str, int]
    plain: bool
    down_written: bool = False
    total: bool = True
    lasting: bool = True
    type: str = ""
    new_type: str = ""
    keeps_name: bool = False
    mode: Mode = Mode.FILLING
    up_columns: tuple[str, ...] = ()
    down_columns: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def types(self) -> tuple[str, str]:
        """The types of the old and the new column."""
        return self.type, self.new_type or self.type

    @property
    def final_name(self) -> str:
        """What the new column is called after contract."""
        return self.old_name if self.keeps_name else self.new_name

    @property
    def guard(self) -> Mapping[str, Any]:
        """Where values that `up` refuses become NULL `up` calls a function of ours, and this says what it does: `name`,
        `expression` over `columns` (name and type of each, in the order of the arguments). Else empty."""
        found: Mapping[str, Any] = self.extra.get("guard", {})
        return found

    @property
    def alone(self) -> bool:
        """True where there is one column that is only filled: `up` is what a NULL in it becomes, and `extra["fills"]`
        says when: `touch` (rows that are written while the pass runs), `writes` (every INSERT and UPDATE, until
        contract) or `inserts`."""
        return self.old == self.new

    @property
    def fills(self) -> str:
        """When a link that is `alone` fills; "" for a pair."""
        return str(self.extra.get("fills", "")) if self.alone else ""

    def old_side(self) -> tuple[int, ...]:
        """The attnums that `up` reads."""
        return tuple(dict.fromkeys(self.columns[name] for name in self.up_columns))

    def new_side(self) -> tuple[int, ...]:
        """The new column and the attnums that only `down` reads. What both read counts as old."""
        old = set(self.old_side())
        reads = (self.columns[name] for name in self.down_columns)
        return tuple(dict.fromkeys((self.new, *(number for number in reads if number not in old))))

    def renumbered(self, numbers: Mapping[int, int]) -> Link:
        """The same link after columns were exchanged: attnums found in `numbers` are replaced."""
        return replace(
            self,
            old=numbers.get(self.old, self.old),
            new=numbers.get(self.new, self.new),
            columns={name: numbers.get(number, number) for name, number in self.columns.items()},
        )


@dataclass(frozen=True, kw_only=True)
class Part:
    """One table that carries triggers of its own or clones of them: the root, a partition or a child."""

    oid: int
    sql: str
    kind: str
    is_partition: bool


@dataclass(frozen=True, kw_only=True)
class SyncTable:
    """What the text of the triggers depends on: `names` maps attnums of the root to column names, `parts` is the
    root and all its descendants in oid order, `root_sql` the quoted name of the root, `before_triggers` the names of
    the BEFORE ROW triggers of users on any part, `reshaping` whether one of them fires on INSERT or UPDATE. `silenced`
    tells that the pass runs with session_replication_role = replica, `disturbed` that a trigger of users may change
    what it writes all the same: where it is not silenced, or one is ENABLE ALWAYS or ENABLE REPLICA."""

    oid: int
    root_sql: str
    names: Mapping[int, str]
    parts: tuple[Part, ...]
    before_triggers: tuple[str, ...] = ()
    reshaping: bool = False
    silenced: bool = True
    disturbed: bool = False
    encoding: str = "utf-8"

    def own_triggers(self) -> tuple[Part, ...]:
        """The parts on which triggers are created; partitions get clones from their root, which may be one itself."""
        return tuple(part for part in self.parts if not part.is_partition or part.oid == self.oid)
