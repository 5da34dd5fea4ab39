"""The section `[clone]` of pgwright.toml: where server programs are, and which columns keep their values to
themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS = ("blank", "servers")


@dataclass(frozen=True, kw_only=True)
class CloneSettings:
    """How clones are made. `servers` are folders with the programs of PostgreSQL servers (`bin`), looked at before the
    usual places; `blank` are columns, as schema.table.column, whose sample values stay at the source."""

    servers: tuple[Path, ...] = ()
    blank: tuple[str, ...] = ()


def wrong(key: str, value: Any) -> str:
    """What is wrong with a key of `[clone]` and its value, as a part of a sentence; "" where nothing is."""
    if key not in KEYS:
        return "is unknown"
    good = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
    examples = {"servers": '["/usr/lib/postgresql/16/bin"]', "blank": '["public.utilisateurs.email"]'}
    return "" if good else f"must be a list of texts, as {examples[key]}"


def made(section: Mapping[str, Any], base: Path) -> CloneSettings:
    """The settings of a section that is right; folders are counted from `base`."""
    return CloneSettings(
        servers=tuple(base / Path(each).expanduser() for each in section.get("servers", ())),
        blank=tuple(section.get("blank", ())),
    )
