"""The settings in force, one by one, with their origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ..config import Settings, limits
from ..connect import redact
from ..render.report import SettingValue


def config_show(settings: Settings) -> tuple[SettingValue, ...]:
    """Every setting with its value as text, passwords hidden, and where it came from."""
    return tuple(_values(settings, "", settings.origins))


def _values(settings: Any, prefix: str, origins: Mapping[str, str]) -> Iterator[SettingValue]:
    """The fields of one section, and of the sections in it."""
    for field in fields(settings):
        if field.name == "origins":
            continue
        key, value = prefix + field.name, getattr(settings, field.name)
        if is_dataclass(value):
            yield from _values(value, f"{key}.", origins)
        else:
            yield SettingValue(key=key, value=_text(key, value), origin=origins.get(key, "default"))


def _text(key: str, value: Any) -> str:
    """A value as a person writes it."""
    if key.startswith("throttle."):
        return limits.shown(key.removeprefix("throttle."), value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {each}" for name, each in value.items()) or "(none)"
    if key in ("health.checks", "health.silence", "health.state") and not value:
        return "(none)" if key != "health.state" else "(the user's folder for state)"
    if value is None or value == "":
        return "(libpq's own variables)" if key == "dsn" else "(none)"
    if isinstance(value, tuple):
        return ", ".join(value) if value else "(all)"
    return redact(str(value))
