"""The settings in force as text and as JSON data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .layout import PLAIN, Style, clean, pad, width
from .report import SettingValue


def config_text(values: Sequence[SettingValue], *, columns: int = 80, style: Style = PLAIN) -> str:
    """One line per setting: key, value, and where that came from; the origin goes into the next line when it does not
    fit. Values are never broken, so that they can be copied."""
    key_size = max(width(value.key) for value in values)
    lines = []
    for value in values:
        line = f"{style.bold(pad(clean(value.key), key_size))}  {clean(value.value)}"
        origin = f"({clean(value.origin)})"
        if key_size + width(clean(value.value)) + width(origin) + 4 <= columns:
            lines.append(f"{line}  {style.dim(origin)}")
        else:
            lines += [line, " " * (key_size + 2) + style.dim(origin)]
    return "\n".join(lines) + "\n"


def config_document(values: Sequence[SettingValue]) -> dict[str, Any]:
    """The object of `config show --format json`."""
    return {"version": 1, "settings": [asdict(value) for value in values]}
