"""Nobody counts which statements take the time of the server: pg_stat_statements is missing.

## What it is

The extension is not in this database, its library is not loaded, or `pg_stat_statements.track` is none.

## Why it is dangerous

When the database is slow one day, nobody can say what it does; and pgwright cannot tell which statements a migration
meets, or an index would help.

## When it speaks

Always.

## Cure

`shared_preload_libraries` needs a restart, `CREATE EXTENSION` does not.

## Versions

14 to 18.

## Example

    ERROR:  pg_stat_statements must be loaded via "shared_preload_libraries"
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import literal
from . import _needs
from ._check import Found, Hidden, Said
from ._seen import Row, Seen

NAME = "pg_stat_statements"


def look(seen: Seen) -> Iterator[Said]:
    """The server, where it does not count."""
    row = seen.rows[0]
    hidden = _needs.hidden_settings(seen.server) if "shared_preload_libraries" not in seen.server.settings else None
    libraries = seen.server.settings.get("shared_preload_libraries", "")
    # A setting with the prefix of a library exists where the library is loaded, whoever asks.
    loaded = row["track"] is not None or NAME in libraries
    if hidden is not None and not loaded:
        yield Hidden(what=f"Whether {NAME} is loaded cannot be seen.", grant=hidden.grant)
        if row["installed"]:
            return
    said = _said(row, libraries, loaded or hidden is not None)
    if said is not None:
        evidence, cure = said
        yield Found(
            object=NAME,
            severity=Severity.NOTICE,
            seen=evidence,
            why="When the database is slow, nobody can say which statements take the time.",
            cure=cure,
        )


def _said(row: Row, libraries: str, loaded: bool) -> tuple[str, str] | None:
    """What is missing, and the cure; None where nothing is."""
    create = "" if row["installed"] else f"CREATE EXTENSION {NAME};"
    if not row["available"] and not row["installed"]:
        return "The extension is not installed on the server's machine.", ""
    if not loaded:
        others = [each.strip().strip('"') for each in libraries.split(",") if each.strip()]
        wanted = ", ".join(literal(each) for each in (*others, NAME))
        setting = f"ALTER SYSTEM SET shared_preload_libraries = {wanted}; -- needs a restart"
        return "Its library is not loaded.", "\n".join(part for part in (setting, create) if part)
    if create:
        return "The extension is not in this database.", create
    if row["track"] == "none":
        cure = f"ALTER SYSTEM RESET {NAME}.track;\nSELECT pg_reload_conf();"
        return f"{NAME}.track is none: no statement is counted.", cure
    return None
