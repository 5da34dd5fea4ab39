"""Checkpoints come because `max_wal_size` is reached, and not because their time has come.

## What it is

The checkpoints between two looks that were asked for, against those that `checkpoint_timeout` brought.

## Why it is dangerous

After each checkpoint every page that is written goes into the WAL whole, once. More checkpoints make more WAL, which
makes more checkpoints; and each of them writes in a hurry.

## When it speaks

Where `share` percent (20) or more were asked for, and at least three. CHECKPOINT, a backup or a restart asks too.

## Cure

A larger `max_wal_size`, made of the WAL that was written between the two looks; a reload is enough. It costs disk,
and a longer recovery after a crash.

## Versions

14 to 18; the counters moved from `pg_stat_bgwriter` to `pg_stat_checkpointer` in 17.

## Example

    LOG:  checkpoints are occurring too frequently (9 seconds apart)
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from . import _needs
from ._amounts import count, percent, size, span
from ._check import Counting, Found, Said, Threshold, Value
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
COUNTING = Counting(key=("name",), columns=("timed", "requested", "wal"))
THRESHOLDS = {"share": Threshold(default=20, unit="%", about="of the checkpoints that were asked for")}
LEAST = 3
ROOM = 1.5
"""How much more WAL than between two checkpoints by time max_wal_size should hold: one spans two of them in part."""
_GB = 1024**3


def look(seen: Seen) -> Iterator[Said]:
    """The server."""
    for row in seen.rows:
        timed, requested, wal = (seen.grown(row, name) for name in ("timed", "requested", "wal"))
        if timed is None or requested is None or wal is None:
            continue
        yield Value(name="wal_bytes_per_second", help="WAL written.", value=wal / seen.seconds)
        whole = timed + requested
        if requested >= LEAST and 100 * requested >= seen.thresholds["share"] * whole:
            yield _found(seen, row, requested, whole, wal)


def _found(seen: Seen, row: Row, requested: float, whole: float, wal: float) -> Found:
    rate = wal / seen.seconds
    return Found(
        object="max_wal_size",
        severity=Severity.WARNING,
        seen=f"{count(requested, 'checkpoint')} of {whole:,.0f} were asked for in {span(seen.seconds)} "
        f"({percent(requested, whole)}); {size(rate)} of WAL a second, and max_wal_size is {size(row['most'])}.",
        why="Each checkpoint makes the WAL larger: every page is in it whole, once after each.",
        cure=_cure(row, rate),
        fields={"requested": requested, "checkpoints": whole, "wal_bytes_per_second": rate},
        disproof="Somebody ran CHECKPOINT or made backups in that time.",
    )


def _cure(row: Row, rate: float) -> str:
    wanted = max(2 * row["most"], ROOM * rate * row["timeout"])
    return f"ALTER SYSTEM SET max_wal_size = '{-(-round(wanted) // _GB)}GB';\nSELECT pg_reload_conf();"
