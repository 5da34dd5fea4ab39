"""`pgwright.toml`: found, read, checked, and every value with the line it stands on.

Only sections and keys that are declared here or by `settings` exist; anything else is an error that names the
nearest known one.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ..base.errors import ConfigError
from . import health, limits
from .settings import ExecuteSettings

NAME = "pgwright.toml"
SECTIONS = ("execute", "health", "profile", "throttle")
PROFILE_KEYS = ("direct_dsn", "dsn", "migrations", "schemas")
MAY_BE_ZERO = frozenset({"batch_pause", "grace", "lock_pause", "vacuum_share"})
COUNTS = {"workers": 64}  # of [execute], whole numbers: the most that each may be

Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A checked configuration file. `shown` is its path as one would type it, `profiles` the keys of
    each profile, `execute` seconds by key, `throttle` limits by key (None: off), `health` as it stands there, `lines`
    the 1-based line of each key."""

    path: Path
    shown: str
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    execute: Mapping[str, float] = field(default_factory=dict)
    throttle: Mapping[str, float | None] = field(default_factory=dict)
    health: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[Key, int] = field(default_factory=dict)

    def origin(self, *key: str) -> str:
        """Where a value stands: `pgwright.toml:12 [profile.prod]`."""
        return f"{self.shown}:{self.lines[key]} [{'.'.join(key[:-1])}]"


def find(folder: Path) -> Path | None:
    """The nearest `pgwright.toml` in `folder` or above it."""
    start = folder.resolve()
    return next((path for place in (start, *start.parents) if (path := place / NAME).is_file()), None)


def read(path: Path) -> Document:
    """The file at `path`, checked. Raises ConfigError with file and line."""
    shown = min(os.path.relpath(path), str(path), key=len)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{shown} cannot be read: {error}", hint="It must be a UTF-8 text file.") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{shown} is not valid TOML: {error}.", hint="https://toml.io shows the syntax.") from error
    lines = _lines(text)
    _Checker(shown, lines).check(data)
    return Document(
        path=path,
        shown=shown,
        profiles=data.get("profile", {}),
        execute={key: value if key in COUNTS else float(value) for key, value in data.get("execute", {}).items()},
        throttle={key: limits.parse(key, value) for key, value in data.get("throttle", {}).items()},
        health=data.get("health", {}),
        lines=lines,
    )


def nearest(name: str, known: tuple[str, ...]) -> str:
    """A sentence that helps with a misspelt `name`."""
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known here: {', '.join(known)}." if known else "There is none here."


def _lines(text: str) -> dict[Key, int]:
    """The line on which each key begins. tomllib tells no positions, so the file is read line by line longer: a key
    begins on the line after the longest complete text that did not have it."""
    lines: dict[Key, int] = {}
    begin, source = 1, text.splitlines()
    for number in range(1, len(source) + 1):
        try:
            data = tomllib.loads("\n".join(source[:number]))
        except tomllib.TOMLDecodeError:
            continue  # inside a value of several lines
        for key in _keys(data, ()):
            lines.setdefault(key, begin)
        begin = number + 1
    return lines


def _keys(data: Mapping[str, Any], prefix: Key) -> Iterator[Key]:
    for name, value in data.items():
        yield (*prefix, name)
        if isinstance(value, dict):
            yield from _keys(value, (*prefix, name))


class _Checker:
    """Refuses what `pgwright.toml` may not hold; every error has file, line and key."""

    def __init__(self, shown: str, lines: Mapping[Key, int]) -> None:
        self._shown = shown
        self._lines = lines

    def check(self, data: Mapping[str, Any]) -> None:
        for section, content in data.items():
            if section not in SECTIONS:
                raise self._error((section,), "is unknown", nearest(section, SECTIONS))
            self._table((section,), content)
        for name, profile in data.get("profile", {}).items():
            self._table(("profile", name), profile)
            self._profile(name, profile)
        self._execute(data.get("execute", {}))
        self._throttle(data.get("throttle", {}))
        self._health(data.get("health", {}))

    def _profile(self, name: str, profile: Mapping[str, Any]) -> None:
        for key, value in profile.items():
            place = ("profile", name, key)
            if key not in PROFILE_KEYS:
                raise self._error(place, "is unknown", nearest(key, PROFILE_KEYS))
            if key == "schemas":
                if not isinstance(value, list) or not all(isinstance(schema, str) and schema for schema in value):
                    raise self._error(place, "must be a list of schema names", 'As in schemas = ["public", "shop"].')
            elif not isinstance(value, str) or not value:
                raise self._error(place, "must be a text that is not empty", f'As in {key} = "…".')
        if "direct_dsn" in profile and "dsn" not in profile:
            place = ("profile", name, "direct_dsn")
            raise self._error(place, "stands without dsn", "Give dsn too: both must lead to one database.")

    def _execute(self, section: Mapping[str, Any]) -> None:
        known = tuple(item.name for item in fields(ExecuteSettings))
        for key, value in section.items():
            place = ("execute", key)
            if key not in known:
                raise self._error(place, "is unknown", nearest(key, known))
            if key in COUNTS:
                if type(value) is not int or not 1 <= value <= COUNTS[key]:
                    raise self._error(place, f"must be a whole number, 1 to {COUNTS[key]}", f"As in {key} = 2.")
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
                raise self._error(place, f"must be a number{_unit(key)}", f"As in {key} = {_default(key)}.")
            if value == 0 and key not in MAY_BE_ZERO:
                raise self._error(place, "must be more than 0 seconds", f"The default is {_default(key)}.")
        heartbeat = section.get("heartbeat", _default("heartbeat"))
        timeout = section.get("lease_timeout", _default("lease_timeout"))
        if timeout < 2 * heartbeat:
            place = ("execute", "lease_timeout" if "lease_timeout" in section else "heartbeat")
            hint = "A single late heartbeat would let another runner take over."
            raise self._error(place, f"leaves {timeout} s to heartbeats of {heartbeat} s: it must be twice that", hint)

    def _throttle(self, section: Mapping[str, Any]) -> None:
        for key, value in section.items():
            place = ("throttle", key)
            if key not in limits.KEYS:
                raise self._error(place, "is unknown", nearest(key, tuple(limits.KEYS)))
            try:
                limits.parse(key, value)
            except ValueError as error:
                raise self._error(place, str(error), "`pgwright throttle show` lists all limits.") from error

    def _health(self, section: Mapping[str, Any]) -> None:
        for key, value in section.items():
            if reason := health.wrong(key, value):
                raise self._error(("health", key), reason, f"Known here: {', '.join(health.KEYS)}, and [health.CHECK].")
            for name, threshold in value.items() if isinstance(value, dict) else ():
                if reason := health.wrong_threshold(threshold):
                    raise self._error(("health", key, name), reason, f"`pgwright docs {key}` lists the thresholds.")

    def _table(self, key: Key, content: Any) -> None:
        if not isinstance(content, dict):
            example = "[profile.default]" if key[0] == "profile" else f"[{key[0]}]"
            raise self._error(key, "must be a section", f"As in {example}.")

    def _error(self, key: Key, what: str, hint: str) -> ConfigError:
        place = f"{self._shown}:{self._lines[key]}" if key in self._lines else self._shown
        section = f" in [{'.'.join(key[:-1])}]" if len(key) > 1 else ""
        return ConfigError(f"{place}: {key[-1]}{section} {what}.", hint=hint)


def _unit(key: str) -> str:
    return "" if key.endswith("_share") else " of seconds"


def _default(key: str) -> float:
    value: float = getattr(ExecuteSettings(), key)
    return value
