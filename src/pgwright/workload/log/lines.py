"""Files line by line, compressed or not, without ever holding one whole."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...base.errors import WorkloadError

HEAD = 65_536
"""Characters from which a form is recognised."""
LINE = 1_048_576
"""Bytes of a line at most; what is longer comes in pieces, and no statement that long is read."""
_GZIP = b"\x1f\x8b"
_ANY_WINDOW = 31  # a header and a trailer of gzip, whatever window it was packed with
_HINT = "Give a server's log or a .sql file, as text or compressed by gzip."


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file, or a text. `name` is for messages, `head` how it begins, `path` None for a text."""

    name: str
    head: str
    path: Path | None = None
    given: str = ""

    def lines(self) -> Iterator[str]:
        """The lines with their ends, at most LINE bytes at once. What is no UTF-8 is replaced. Raises WorkloadError."""
        if self.path is None:
            yield from io.StringIO(self.given)
            return
        try:
            for line in _lines(_pieces(self.path)):
                yield line.decode("utf-8", "replace")
        except (OSError, zlib.error) as error:
            raise WorkloadError(f"{self.name} cannot be read to its end: {error}.", hint=_HINT) from error

    def text(self) -> str:
        """All of it."""
        return "".join(self.lines())


def opened(source: Path | str) -> Opened:
    """A file by its path, or a text as it is. Raises WorkloadError where it cannot be read, or is no text."""
    if isinstance(source, str):
        return Opened(name="<text>", head=source[:HEAD], given=source)
    try:
        head = next((piece[:HEAD] for piece in _pieces(source)), b"")
    except OSError as error:
        reason = "it is a folder" if isinstance(error, IsADirectoryError) else (error.strerror or str(error))
        raise WorkloadError(f"{source} cannot be read: {reason}.", hint=_HINT) from error
    except zlib.error as error:
        raise WorkloadError(f"{source} cannot be unpacked: {error}.", hint=_HINT) from error
    if b"\0" in head:
        raise WorkloadError(f"{source} is no text.", hint=_HINT)
    return Opened(name=str(source), head=head.decode("utf-8", "replace"), path=source)


def _pieces(path: Path) -> Iterator[bytes]:
    """The content in pieces, unpacked. A compressed file that breaks off gives what it has; several of them in a row
    are one."""
    with path.open("rb") as file:
        piece = file.read(HEAD)
        if not piece.startswith(_GZIP):
            while piece:
                yield piece
                piece = file.read(HEAD)
            return
        unpacking = zlib.decompressobj(wbits=_ANY_WINDOW)
        while piece:
            if unpacked := unpacking.decompress(piece, HEAD):
                yield unpacked
            piece = unpacking.unconsumed_tail
            if unpacking.eof:
                piece = unpacking.unused_data.lstrip(b"\0")
                unpacking = zlib.decompressobj(wbits=_ANY_WINDOW)
            piece = piece or file.read(HEAD)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of the pieces, with their ends."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
        if len(rest) > LINE:
            yield rest
            rest = b""
    if rest:
        yield rest
