"""Puts the settings of a run together. The order for the connection: `--dsn`, `PGWRIGHT_DSN`, the profile,
`DATABASE_URL`, libpq's own variables.

A `direct_dsn` is taken only from the place that gave the `dsn`: the two must lead to the same database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..base.errors import ConfigError
from . import document, health
from .document import Document
from .health import HealthSettings
from .settings import ExecuteSettings, Settings, ThrottleSettings

DEFAULT = "default"
LIBPQ = "libpq's own variables"
DEFAULT_PROFILE = "default"
FOLDER = "migrations"
_SCHEME = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9]*)(?P<driver>\+\w+)?://")


def load(
    *,
    folder: Path,
    profile: str | None = None,
    dsn: str | None = None,
    migrations: Path | None = None,
    environ: Mapping[str, str],
) -> Settings:
    """The settings in force. `pgwright.toml` is looked for in `folder` and above; the other arguments are those of the
    command line.

    Without `profile`, the profile named `default` is used where the file has one. Raises ConfigError: unknown keys
    and profiles, wrong values, files that cannot be read; each names file, key and what would be right.
    """
    path = document.find(folder)
    file = document.read(path) if path is not None else None
    name, values = _profile(file, profile)
    origins: dict[str, str] = {"profile": DEFAULT if profile is None else "--profile"}
    connection = _connection(file, name, values, dsn, environ, origins)
    place = _migrations(file, name, values, folder, migrations, origins)
    schemas = _from_file(file, name, values, "schemas", origins) or ()
    return Settings(
        dsn=connection[0],
        direct_dsn=connection[1],
        migrations=place,
        schemas=tuple(schemas),
        profile=name,
        execute=_execute(file, origins),
        throttle=_throttle(file, origins),
        health=_health(file, origins),
        origins=origins,
    )


def _profile(file: Document | None, asked: str | None) -> tuple[str | None, Mapping[str, Any]]:
    """The name and the keys of the profile in force."""
    known = {} if file is None else file.profiles
    name = DEFAULT_PROFILE if asked is None else asked
    if name in known:
        return name, known[name]
    if asked is None:
        return None, {}
    if file is None:
        raise ConfigError(
            f"There is no profile {asked}: no {document.NAME} was found in this folder or above it.",
            hint="`pgwright init` writes one.",
        )
    names = tuple(sorted(known))
    raise ConfigError(f"{file.shown} has no [profile.{asked}].", hint=document.nearest(asked, names))


def _connection(
    file: Document | None, name: str | None, values: Mapping[str, Any], dsn: str | None,
    environ: Mapping[str, str], origins: dict[str, str],
) -> tuple[str, str | None]:  # fmt: skip
    """The dsn and the direct_dsn, both from one place."""
    origins["direct_dsn"] = DEFAULT
    if dsn:
        origins["dsn"] = "--dsn"
        return _checked(dsn, "--dsn"), None
    if given := environ.get("PGWRIGHT_DSN"):
        origins["dsn"] = "PGWRIGHT_DSN"
        direct = environ.get("PGWRIGHT_DIRECT_DSN") or None
        if direct is not None:
            origins["direct_dsn"] = "PGWRIGHT_DIRECT_DSN"
            direct = _checked(direct, "PGWRIGHT_DIRECT_DSN")
        return _checked(given, "PGWRIGHT_DSN"), direct
    if "dsn" in values:
        direct = _from_file(file, name, values, "direct_dsn", origins)
        given = _from_file(file, name, values, "dsn", origins)
        return _checked(given, origins["dsn"]), direct and _checked(direct, origins["direct_dsn"])
    if given := environ.get("DATABASE_URL"):
        origins["dsn"] = "DATABASE_URL"
        return _checked(given, "DATABASE_URL"), None
    origins["dsn"] = LIBPQ
    return "", None


def _checked(dsn: str, origin: str) -> str:
    """The DSN as libpq takes it: `postgresql+psycopg://` of SQLAlchemy loses its driver. Nothing of it is shown."""
    match = _SCHEME.match(dsn)
    if match is None:
        return dsn
    if match["scheme"].lower() not in ("postgres", "postgresql"):
        raise ConfigError(
            f"{origin} is a {match['scheme']}:// address; pgwright speaks to PostgreSQL only.",
            hint="Give another one with --dsn or PGWRIGHT_DSN.",
        )
    return f"{match['scheme'].lower()}://{dsn[match.end() :]}"


def _migrations(
    file: Document | None, name: str | None, values: Mapping[str, Any], folder: Path, asked: Path | None,
    origins: dict[str, str],
) -> Path:  # fmt: skip
    """The folder of the migrations: as asked, else counted from the place of the file."""
    if asked is not None:
        origins["migrations"] = "--migrations"
        return asked
    base = folder if file is None else file.path.parent
    given: str | None = _from_file(file, name, values, "migrations", origins)
    return base / (FOLDER if given is None else given)


def _from_file(
    file: Document | None, name: str | None, values: Mapping[str, Any], key: str, origins: dict[str, str]
) -> Any:
    """The value of a key of the profile, or None, with its origin written down."""
    if file is None or name is None or key not in values:
        origins[key] = DEFAULT
        return None
    origins[key] = file.origin("profile", name, key)
    return values[key]


def _execute(file: Document | None, origins: dict[str, str]) -> ExecuteSettings:
    given: dict[str, Any] = {} if file is None else dict(file.execute)
    for item in fields(ExecuteSettings):
        key = item.name
        origins[f"execute.{key}"] = file.origin("execute", key) if file is not None and key in given else DEFAULT
    return ExecuteSettings(**given)


def _throttle(file: Document | None, origins: dict[str, str]) -> ThrottleSettings:
    given = {} if file is None else dict(file.throttle)
    for item in fields(ThrottleSettings):
        key = item.name
        origins[f"throttle.{key}"] = file.origin("throttle", key) if file is not None and key in given else DEFAULT
    return ThrottleSettings(**given)


def _health(file: Document | None, origins: dict[str, str]) -> HealthSettings:
    given = {} if file is None else file.health
    for item in fields(HealthSettings):
        key = item.name
        origins[f"health.{key}"] = file.origin("health", key) if file is not None and key in given else DEFAULT
    if file is None:
        return HealthSettings()
    found = health.made(given, file.path.parent)
    for key in found.thresholds:
        check, _, name = key.partition(".")
        origins[f"health.{key}"] = file.origin("health", check, name)
    return found
