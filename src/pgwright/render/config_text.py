"""The settings in force as text and as JSON data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .layout import PLAIN, Style, clean, table
from .report import SettingValue


def config_text(values: Sequence[SettingValue], *, columns: int = 80, style: Style = PLAIN) -> str:
    """A table of key, value and origin."""
    rows = [("setting", "value", "from"), *((clean(v.key), clean(v.value), clean(v.origin)) for v in values)]
    lines = table(rows, columns, flexible=1)
    return "\n".join([style.bold(lines[0]), *lines[1:]]) + "\n"


def config_document(values: Sequence[SettingValue]) -> dict[str, Any]:
    """The object of `config show --format json`."""
    return {"version": 1, "settings": [asdict(value) for value in values]}
