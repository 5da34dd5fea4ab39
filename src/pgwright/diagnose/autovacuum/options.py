"""Which settings hold for a table: its storage parameters, else those of the server.

A TOAST table has its own (`toast.autovacuum_…`), and takes those of its table where it has none at all: one option set
for the TOAST table alone hides all of the table's (14 to 18, autovacuum.c).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .values import Rules

_PREFIX = "autovacuum_"
_SAME = {
    "autovacuum_vacuum_threshold": "threshold",
    "autovacuum_vacuum_scale_factor": "scale_factor",
    "autovacuum_vacuum_max_threshold": "max_threshold",
    "autovacuum_vacuum_insert_threshold": "insert_threshold",
    "autovacuum_vacuum_insert_scale_factor": "insert_scale_factor",
    "autovacuum_analyze_threshold": "analyze_threshold",
    "autovacuum_analyze_scale_factor": "analyze_scale_factor",
}
"""Storage parameters and settings of one name, and what they are here."""


def of_server(settings: Mapping[str, str]) -> Rules:
    """The rules that hold where a table has none, from pg_settings in their own units."""
    values: dict[str, Any] = {mine: _number(settings[name]) for name, mine in _SAME.items() if name in settings}
    limit = int(settings["autovacuum_vacuum_cost_limit"])
    delay = float(settings["autovacuum_vacuum_cost_delay"])
    return Rules(
        **values,
        freeze_max_age=int(settings["autovacuum_freeze_max_age"]),
        multixact_freeze_max_age=int(settings["autovacuum_multixact_freeze_max_age"]),
        enabled=active(settings),
        cost_limit=limit if limit > 0 else int(settings["vacuum_cost_limit"]),
        cost_delay=delay if delay >= 0 else float(settings["vacuum_cost_delay"]),
    )


def active(settings: Mapping[str, str]) -> bool:
    """Whether autovacuum runs: without counters it does not."""
    return settings["autovacuum"] == "on" and settings["track_counts"] == "on"


def of_table(rules: Rules, options: Mapping[str, str]) -> Rules:
    """The rules of a table with these storage parameters. Ages of freezing can only be lowered."""
    own = frozenset(name for name in options if name.startswith(_PREFIX))
    if not own:
        return rules
    values: dict[str, Any] = {mine: _number(options[name]) for name, mine in _SAME.items() if name in own}
    for name in ("freeze_max_age", "multixact_freeze_max_age"):
        if _PREFIX + name in own:
            values[name] = min(round(_number(options[_PREFIX + name])), getattr(rules, name))
    limit = round(_number(options.get("autovacuum_vacuum_cost_limit", "0")))
    delay = float(_number(options.get("autovacuum_vacuum_cost_delay", "-1")))
    if limit > 0:
        values["cost_limit"] = limit
    if delay >= 0:
        values["cost_delay"] = delay
    enabled = rules.enabled and not _is_false(options.get("autovacuum_enabled", "on"))
    return replace(rules, **values, enabled=enabled, balanced=limit <= 0 and delay < 0, own=own)


def of_toast(rules: Rules, options: Mapping[str, str], table: Mapping[str, str]) -> Rules:
    """The rules of a TOAST table with its own options, and those of its table."""
    return of_table(rules, options or table)


def _number(text: str) -> float | int:
    """A number as the server takes it in a storage parameter, where it stays as it was typed: `100`, `1e3`, `0x64`."""
    try:
        value = float(text)
    except ValueError:
        return int(text, 0)
    return int(value) if value.is_integer() else value


def _is_false(text: str) -> bool:
    """Whether a boolean is off, which may be cut short: `off`, `fal`, `n`, `0`."""
    word = text.strip().lower()
    return word == "0" or (word != "o" and any(each.startswith(word) for each in ("off", "false", "no")))
