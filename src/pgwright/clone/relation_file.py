"""The files of relations: made as long as those of the source without a byte in them.

The planner asks a file for its length and reads none of it. A hole costs no space, so a table of a terabyte takes a few
kilobytes here. PostgreSQL cuts files at one gigabyte, and so does this.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..server.account import Account

BLOCK = 8192
SEGMENT = 131072
"""Blocks of a whole file: RELSEG_SIZE of every usual build."""


def extend(path: Path, blocks: int, account: Account) -> None:
    """Makes the relation whose first file is `path` at least `blocks` long."""
    for number in range((max(blocks, 1) - 1) // SEGMENT + 1):
        segment = path if number == 0 else path.with_name(f"{path.name}.{number}")
        length = min(blocks - number * SEGMENT, SEGMENT) * BLOCK
        _lengthen(segment, length, account)


def _lengthen(path: Path, length: int, account: Account) -> None:
    is_new = not path.exists()
    with path.open("r+b" if not is_new else "x+b") as file:
        if os.fstat(file.fileno()).st_size < length:
            os.truncate(file.fileno(), length)
    if is_new:
        account.own(path)
        path.chmod(0o600)
