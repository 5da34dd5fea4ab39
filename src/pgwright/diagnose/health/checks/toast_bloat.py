"""The TOAST table of a table takes much more room than its values need.

## What it is

Long values are kept aside, in pieces of which four fill a page. The size of that TOAST table against what its pieces
would take at most: an estimate that says too little rather than too much. Where the extension pgstattuple is
installed and the role may use it, the worst suspects are measured.

## Why it is dangerous

It grows unseen: the table itself stays small. Backups hold the empty pages, and the values that are left lie far apart.

## When it speaks

From `bytes` (100 MB) that are `share` percent (50) of the TOAST table or more. How many pieces there are is known from
the last VACUUM.

## Cure

As for `table_bloat`: VACUUM makes the room free for new values. To give it back to the disk the table has to be written
anew. An UPDATE of a long value writes all of its pieces again: a column that changes often is better kept in another
table than the long ones that do not.

## Versions

14 to 18.

## Example

    UPDATE documents SET contenu = jsonb_set(contenu, '{lu}', 'true');  -- 40 kB are written for one word
"""

from __future__ import annotations

from collections.abc import Iterator

from ....sql.quote import qualified
from . import _bloat
from ._bloat import THRESHOLDS, suspects
from ._check import Said
from ._seen import Seen

__all__ = ["MEASURING", "THRESHOLDS", "look", "suspects"]

MEASURING = "table_bloat"
"""Whose second query it asks: a TOAST table is measured as any other."""


def look(seen: Seen) -> Iterator[Said]:
    """Each table with such a TOAST table."""
    for each in _bloat.bloated(seen, seen.measured):
        yield _bloat.found(
            each,
            state="of its TOAST table are free or dead",
            why="The cache and every backup hold the empty pages too, and the table itself does not show it.",
            cure=_bloat.rewritten(qualified(each.row["schema"], each.row["name"])),
            disproof="pgstattuple_approx finds the space filled.",
        )
