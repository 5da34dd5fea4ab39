"""Reads catalog queries from `queries/*.sql` and picks the lines that a server's version understands.

A line that ends in `--@ has_x` is kept only where `Capabilities.has_x()` is true, one that ends in `--@ not has_x`
only where it is false. There are no other switches.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from ..connect.capability import Capabilities

FOLDER = Path(__file__).parent / "queries"
_SWITCH = re.compile(r"\s*--@ (?P<negated>not )?(?P<feature>has_\w+)\s*$")


@cache
def statement(name: str, major: int) -> str:
    """The text of `queries/<name>.sql` for servers of `major`, without comments at line starts."""
    lines = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(kept for line in lines if (kept := _kept(line, major)) is not None)


def _kept(line: str, major: int) -> str | None:
    """The line without its switch, or None where it is not for this server."""
    if line.startswith("--"):
        return None
    if (match := _SWITCH.search(line)) is None:
        return line
    has: bool = getattr(Capabilities(major * 10000), match["feature"])()
    return line[: match.start()] if has != bool(match["negated"]) else None
