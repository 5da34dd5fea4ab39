"""Sorts and hashes do not fit into `work_mem` and go through files.

## What it is

The temporary files of this database between two looks.

## Why it is dangerous

What is sorted or hashed on disk is written and read again, a multiple of its time in memory; and many large files at
once fill the disk.

## When it speaks

From `rate` bytes a second (1 MB) on the average of the time between the looks.

## Cure

More `work_mem` for the statements or the role that write them, not for all: it counts for each node of each session.
`pgwright explain` names the node and the memory that it wants.

## Versions

14 to 18.

## Example

    LOG:  temporary file: path "base/pgsql_tmp/pgsql_tmp1234.0", size 1073741824
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import ident
from ._amounts import count, size, span
from ._check import Counting, Found, Said, Threshold, Value
from ._seen import Row, Seen

COUNTING = Counting(key=("oid",), columns=("files", "bytes"))
THRESHOLDS = {"rate": Threshold(default=1024.0**2, unit="B", about="temporary files a second")}
DANGER = 20
"""Times the threshold: 20 MB a second keep a disk busy."""
MOST_MEMORY = 256 * 1024**2
"""Bytes of work_mem that are proposed at most: each node of each session may take them."""


def look(seen: Seen) -> Iterator[Said]:
    """The database, where it writes many."""
    for row in seen.rows:
        files, grown = seen.grown(row, "files"), seen.grown(row, "bytes")
        if files is None or grown is None:
            continue
        rate = grown / seen.seconds
        yield Value(name="temp_bytes_per_second", help="Temporary files written.", value=rate)
        if rate >= seen.thresholds["rate"] and files:
            yield _found(seen, row, files, grown)


def _found(seen: Seen, row: Row, files: float, grown: float) -> Found:
    rate = grown / seen.seconds
    each = grown / files
    return Found(
        object=row["database"],
        severity=Severity.DANGER if rate >= DANGER * seen.thresholds["rate"] else Severity.WARNING,
        seen=f"{count(files, 'file')} with {size(grown)} in {span(seen.seconds)}: {size(rate)} a second, "
        f"{size(each)} each; work_mem is {row['work_mem']}.",
        why="What does not fit into memory is written and read again.",
        cure=_cure(row, each),
        fields={"files": files, "bytes": grown, "seconds": seen.seconds},
    )


def _cure(row: Row, each: float) -> str:
    """More memory for this database, where it does not have as much already."""
    wanted = min(2 * max(each, row["work_mem_bytes"]), MOST_MEMORY)  # in memory a hash needs about twice its file
    if wanted <= row["work_mem_bytes"]:
        return ""
    return f"ALTER DATABASE {ident(row['database'])} SET work_mem = '{round(wanted / 1024**2)}MB'; -- for new sessions"
