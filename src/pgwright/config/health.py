"""The section `[health]` of pgwright.toml: a folder of checks, where looks are kept, what is silent, and thresholds.

Which checks there are and what each can be told is known to `diagnose.health`; here only the form is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEXTS = ("checks", "state")
KEYS = (*TEXTS, "silence")


@dataclass(frozen=True, kw_only=True)
class HealthSettings:
    """How `health` looks. `checks` is a folder of `.sql` files that are checks too, `state` the folder in which looks
    are kept (None: the user's own for state), `silence` names checks, each alone or as `name:object` with a pattern
    for objects; `thresholds` are values as they were written, by `check.name`."""

    checks: Path | None = None
    state: Path | None = None
    silence: tuple[str, ...] = ()
    thresholds: Mapping[str, str | float] = field(default_factory=dict)


def wrong(key: str, value: Any) -> str:
    """What is wrong with the value of a key of `[health]`, as a part of a sentence; "" where nothing is. A key that is
    none of KEYS must be a section of thresholds."""
    if key in TEXTS:
        return "" if isinstance(value, str) and value else "must be a folder, as a text"
    if key == "silence":
        good = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
        return "" if good else 'must be a list of checks, as ["unused_index", "table_bloat:public.log*"]'
    return "" if isinstance(value, dict) else "is unknown"


def wrong_threshold(value: Any) -> str:
    """The same for a threshold: a number, or a text with a unit."""
    good = isinstance(value, str | int | float) and not isinstance(value, bool)
    return "" if good else "must be a number, or a text as '100MB'"


def made(section: Mapping[str, Any], base: Path) -> HealthSettings:
    """The settings of a section that is right; folders are counted from `base`."""
    folders = {key: base / Path(section[key]).expanduser() for key in TEXTS if key in section}
    thresholds = {
        f"{check}.{name}": value
        for check, values in section.items()
        if isinstance(values, dict)
        for name, value in values.items()
    }
    return HealthSettings(
        checks=folders.get("checks"),
        state=folders.get("state"),
        silence=tuple(section.get("silence", ())),
        thresholds=thresholds,
    )
