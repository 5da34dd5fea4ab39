"""Where things are written: data to stdout, narration to stderr. A reader that goes away never stops the work."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ..base.errors import UsageError
from ..render.layout import MAXIMUM, MINIMUM, Style


@dataclass(frozen=True, kw_only=True)
class Output:
    """The two streams of one command, and how they may look. `color` is auto, always or never."""

    color: str = "auto"
    quiet: bool = False

    @property
    def columns(self) -> int:
        """The width to write for: that of the terminal, 80 where there is none, within 60 and 120."""
        return min(max(shutil.get_terminal_size((80, 24)).columns, MINIMUM), MAXIMUM)

    @property
    def style(self) -> Style:
        """Emphasis for stdout."""
        return Style(on=colored(self.color, sys.stdout))

    @property
    def narration_style(self) -> Style:
        """Emphasis for stderr."""
        return Style(on=colored(self.color, sys.stderr))

    def data(self, text: str) -> bool:
        """Writes `text` to stdout as it is; False when nobody reads it any more."""
        return write(sys.stdout, text)

    def json_text(self, document: Mapping[str, Any], *, line: bool = False) -> str:
        """`document` as the JSON text that stdout can encode."""
        return as_json(document, sys.stdout, line=line)

    def document(self, document: Mapping[str, Any], *, line: bool = False) -> None:
        """Writes one JSON object to stdout: indented, or on one line when `line`."""
        self.data(self.json_text(document, line=line))

    def narrate(self, text: str) -> None:
        """Writes a line to stderr, unless `--quiet`."""
        if not self.quiet:
            write(sys.stderr, text + "\n")


def as_json(document: Mapping[str, Any], stream: TextIO, *, line: bool = False) -> str:
    """`document` as JSON text that `stream` can encode."""
    unicode = (stream.encoding or "utf-8").lower().replace("-", "") in ("utf8", "utf8sig")
    return json.dumps(document, ensure_ascii=not unicode, indent=None if line else 2) + "\n"


def colored(color: str, stream: TextIO) -> bool:
    """Whether to write colours to `stream`: `--color`, else a terminal without NO_COLOR."""
    if color != "auto":
        return color == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write(stream: TextIO, text: str) -> bool:
    """Writes and flushes. When the reader is gone, the stream is pointed at nothing, the work goes on, and the answer
    is False."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        silence(stream)
        return False
    return True


def write_file(path: Path, text: str) -> None:
    """Writes a file that a command was asked for, whole or not at all; raises UsageError where it cannot be."""
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}.") from error


def silence(stream: TextIO) -> None:
    """Points the descriptor of `stream` at /dev/null, so that the interpreter's last flush does not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def prepare_streams() -> None:
    """Lets both streams write any character: what the terminal's encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
