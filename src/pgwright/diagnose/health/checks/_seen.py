"""What a check may ask: its rows, what they were at an earlier look, the server, and its thresholds. All of it pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._check import Counting

Row = Mapping[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Server:
    """The server and the role. `version` is server_version_num, `settings` are texts in the unit of pg_settings, of
    those that the role may see. `extensions` are schemas by name. `epoch` changes when counters were reset."""

    version: int
    database: str
    role: str
    standby: bool
    superuser: bool
    reads_all_stats: bool
    reads_all_settings: bool
    scans_tables: bool
    reads_all_data: bool
    lists_files: bool
    at: float
    epoch: str
    identity: str
    settings: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def major(self) -> int:
        """The major version, 14 to 18 or newer."""
        return self.version // 10000

    def number(self, setting: str) -> float:
        """A setting as a number, in the unit of pg_settings; raises KeyError where it does not exist."""
        return float(self.settings[setting])


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier look: how many `seconds` ago, and the counters of its rows by key."""

    seconds: float
    rows: Mapping[Key, Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is given to a check. `measured` are the rows of a second query, for what the first made suspicious."""

    server: Server
    rows: Sequence[Row]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    counting: Counting | None = None
    earlier: Earlier | None = None
    measured: Sequence[Row] = ()

    def grown(self, row: Row, column: str) -> float | None:
        """By how much a counter of a row grew since the earlier look. None where that did not have the row, or had a
        larger number in it: then somebody reset it in between."""
        if self.earlier is None or self.counting is None:
            return None
        before = self.earlier.rows.get(tuple(row[name] for name in self.counting.key), {}).get(column)
        now = row[column]
        return None if before is None or now is None or now < before else now - before

    def moved(self, row: Row, column: str) -> float | None:
        """As `grown`, of a number that may fall as well."""
        if self.earlier is None or self.counting is None:
            return None
        before = self.earlier.rows.get(tuple(row[name] for name in self.counting.key), {}).get(column)
        return None if before is None or row[column] is None else row[column] - before

    @property
    def seconds(self) -> float:
        """The time between the two looks; 0 where there is one only."""
        return self.earlier.seconds if self.earlier is not None else 0.0
