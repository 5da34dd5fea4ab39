"""Autovacuum is off: for the whole server, or for a table.

## What it is

`autovacuum` or `track_counts` is off, or a table has `autovacuum_enabled = false`, or its TOAST table has.

## Why it is dangerous

Dead rows stay, tables and indexes grow, statistics are those of long ago. What prevents wraparound runs all the same,
at the worst moment and all at once.

## When it speaks

As a danger for the server, as a warning for a table.

## Cure

Turn it on again. Where it was too slow or in the way, a smaller `autovacuum_vacuum_scale_factor` of the table helps.

## Versions

14 to 18.

## Example

    ALTER TABLE journal SET (autovacuum_enabled = false);  -- for the night of the import
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import qualified
from . import _needs
from ._amounts import count, size
from ._check import Found, Said
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
_OFF = frozenset({"false", "off", "no", "0", "f", "n"})


def look(seen: Seen) -> Iterator[Said]:
    """The server, and each table."""
    for setting in ("autovacuum", "track_counts"):
        if seen.server.settings.get(setting) == "off":
            yield Found(
                object=setting,
                severity=Severity.DANGER,
                seen=f"{setting} is off.",
                why="Dead rows are not removed and statistics are not renewed, on no table.",
                cure=f"ALTER SYSTEM SET {setting} = on;\nSELECT pg_reload_conf();",
            )
    for row in seen.rows:
        if row["main"] in _OFF or row["toast"] in _OFF:
            yield _found(row)


def _found(row: Row) -> Found:
    main = row["main"] in _OFF
    options = ([] if not main else ["autovacuum_enabled"]) + (
        ["toast.autovacuum_enabled"] if row["toast"] in _OFF else []
    )
    where = "It" if main else "Its TOAST table"
    return Found(
        object=f"{row['schema']}.{row['name']}",
        severity=Severity.WARNING,
        seen=f"{where} has autovacuum_enabled = false; {size(row['bytes'])}, {count(row['dead'] or 0, 'dead row')}, "
        f"{count(row['changes'], 'update')} and deletes since the counters began.",
        why="Dead rows stay and statistics grow old, until the wraparound forces a VACUUM at the worst moment.",
        cure=f"ALTER TABLE {qualified(row['schema'], row['name'])} RESET ({', '.join(options)});",
        fields={"bytes": row["bytes"], "dead": row["dead"]},
    )
