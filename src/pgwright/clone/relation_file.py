"""The files of relations: made as long as those of the source without a byte in them.

The planner asks a file for its length and reads none of it. A hole costs no space, so a table of a terabyte takes a few
kilobytes here. PostgreSQL cuts files at one gigabyte, and so does this.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

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


def write(path: Path, pages: bytes, account: Account) -> None:
    """Puts `pages` at the beginning of the file, which is made where it is missing."""
    with _opened(path, account) as file:
        file.write(pages)


def _lengthen(path: Path, length: int, account: Account) -> None:
    with _opened(path, account) as file:
        if os.fstat(file.fileno()).st_size < length:
            os.truncate(file.fileno(), length)


def _opened(path: Path, account: Account) -> IO[bytes]:
    if path.exists():
        return path.open("r+b")
    file = path.open("x+b")
    account.own(path)
    path.chmod(0o600)
    return file
