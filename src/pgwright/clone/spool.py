"""Rows of the source in files without a name: what is read there must not wait for what is written here.

A transaction on the source holds back its VACUUM, so it ends as soon as the bytes are on this machine. They stay as
COPY writes them: nothing is parsed, and no more than a block of them is in memory.
"""

from __future__ import annotations

import tempfile
from typing import IO

from ..connect.session import Connection

_BLOCK = 1 << 16
_RAW = "SQL_ASCII"
"""A database of this encoding holds whatever bytes it was given; they are carried over as they are."""


def copy_out(connection: Connection, query: bytes, *, encoding: str = "UTF8") -> IO[bytes]:
    """The rows of `query`, which has no parameters, as COPY writes them; `encoding` is that of the database."""
    spool = tempfile.TemporaryFile(prefix="pgwright-")  # noqa: SIM115 - who reads it closes it
    try:
        _encode(connection, encoding)
        with connection.cursor().copy(b"COPY (" + query + b"\n) TO STDOUT") as rows:
            for block in rows:
                spool.write(block)
        _decode(connection, encoding)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def copy_in(connection: Connection, spool: IO[bytes], target: str, *, encoding: str = "UTF8") -> None:
    """Puts them into `target`, a table with its columns as SQL, and closes the file."""
    with spool:
        _encode(connection, encoding)
        with connection.cursor().copy(f"COPY {target} FROM STDIN".encode()) as rows:
            while block := spool.read(_BLOCK):
                rows.write(block)
        _decode(connection, encoding)


def _encode(connection: Connection, encoding: str) -> None:
    if encoding == _RAW:
        connection.execute(b"SET LOCAL client_encoding = 'SQL_ASCII'")


def _decode(connection: Connection, encoding: str) -> None:
    if encoding == _RAW:
        connection.execute(b"SET LOCAL client_encoding = 'UTF8'")
