"""The values: the server's settings, the machine, the work, and what was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ....base.finding import Severity
from .amounts import bytes_of, spelled

_OF_ROLE = (
    "It is set for this role or database (ALTER ROLE, ALTER DATABASE): the server's own value may be another one."
)
_ORIGINS = {
    "user": _OF_ROLE,
    "database": _OF_ROLE,
    "database user": _OF_ROLE,
    "client": "It comes with this connection (options, PGOPTIONS): the server's own value may be another one.",
    "command line": "It stands on the command line of the server, which wins over ALTER SYSTEM.",
    "environment variable": "It comes from the environment of the server.",
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A row of pg_settings. `value` and `boot` are in `unit`; `context` says what a change needs; `choices` are the
    values of an enum, which are those that the server was compiled with."""

    name: str
    value: str
    unit: str
    context: str
    source: str
    boot: str
    choices: tuple[str, ...] = ()
    pending: bool = False

    @property
    def amount(self) -> float:
        """The value as a number: bytes for a size, else in its own unit."""
        return bytes_of(self.value, self.unit)

    @property
    def shown(self) -> str:
        """The value as one writes it."""
        if self.unit.endswith("B") and self.value.isdigit():
            return spelled(self.amount) if self.amount else "0"
        return f"{self.value}{self.unit}" if self.unit and self.value.isdigit() else self.value

    @property
    def origin(self) -> str:
        """In a sentence where the value comes from, where that is not the server's configuration; else ""."""
        return _ORIGINS.get(self.source, "")

    @property
    def takes_effect(self) -> str:
        """What a change needs: `restart`, `reload`, or `session`, where each session may set it and a reload is
        enough."""
        return {"postmaster": "restart", "sighup": "reload"}.get(self.context, "session")


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """The machine of the server: bytes of memory, processors, and `storage` (ssd, hdd, network). None where nobody has
    said so; `origins` says in words where each value comes from."""

    memory: int | None = None
    cpus: int | None = None
    storage: str | None = None
    origins: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written to the WAL in `seconds`: bytes, and whole pages among them; and how many checkpoints were begun
    by the clock and on request."""

    seconds: float
    bytes: float
    pages: float
    timed: int
    requested: int


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that a family of settings may look at. `workload` is oltp, olap or mixed; `connections` how many may work at
    once. `provider` is the managed service ("" for none) and `role` the login; `may_alter_system` whether ALTER SYSTEM
    is possible for it. `compiled` is what version() says. `written` is None where it was not counted."""

    version: int
    compiled: str
    settings: Mapping[str, Setting]
    hardware: Hardware
    workload: str
    connections: int
    provider: str = ""
    role: str = ""
    may_alter_system: bool = True
    has_jit: bool = False
    written: Written | None = None

    @property
    def major(self) -> int:
        """The major version."""
        return self.version // 10000

    def amount(self, name: str) -> float:
        """The value of a setting as a number: bytes for a size, else in its own unit."""
        return self.settings[name].amount

    def text(self, name: str) -> str:
        """The value of a setting as pg_settings has it; "" for one that this version does not have."""
        return self.settings[name].value if name in self.settings else ""


class Standing(StrEnum):
    """What is said about a setting: it is `fine`, it should `change`, or nobody can tell (`unknown`)."""

    FINE = "fine"
    CHANGE = "change"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What is said about one setting. `proposed` is a value as one writes it ("" where there is none), `formula` says
    how it comes about, `reason` what it does. `versions` are those that have the setting, `severity` is that of a
    change."""

    setting: Setting
    standing: Standing
    formula: str
    reason: str
    proposed: str = ""
    versions: str = "14 to 18"
    severity: Severity = Severity.NOTICE
