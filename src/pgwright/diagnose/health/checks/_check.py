"""What a check says: findings, measured values, and what it could not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ....base.finding import Severity


@dataclass(frozen=True, kw_only=True)
class Found:
    """A finding before it has the name of its check. `seen` is a sentence with the numbers, `fields` the numbers that
    it rests on; `estimated` says that it was not measured. `cure` can be run as it is."""

    object: str
    severity: Severity
    seen: str
    why: str
    cure: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    estimated: bool = False
    disproof: str = ""


@dataclass(frozen=True, kw_only=True)
class Value:
    """A measured value that is worth a line in a chart, whether it is bad or not: `name` in the words of Prometheus
    (its unit last), `help` what it is, `labels` what it was measured on."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """What a check could not see: a sentence, and the statement that would let it see."""

    what: str
    grant: str = ""


Said = Found | Value | Hidden


@dataclass(frozen=True, kw_only=True)
class Counting:
    """That a check compares counters of its rows with those of an earlier look.

    `key` are the columns that tell rows apart, `columns` the counters, which never fall by themselves. `reset` says
    that pg_stat_reset and a crash clear them. `needed`: without an earlier look there is nothing to say. `least` are
    the seconds that must lie between the looks for those who want the youngest such look, and not the oldest.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    reset: bool = True
    needed: bool = True
    least: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A number from which a check speaks: its default in `unit` (`s`, `B`, `%`, `d` for days, "" for a plain number),
    and what it is. `[health.NAME]` of pgwright.toml may say another."""

    default: float
    unit: str
    about: str
