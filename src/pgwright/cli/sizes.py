"""Sizes on the command line: `500MB`, `1.5GB`."""

from __future__ import annotations

import re
from collections.abc import Callable

import rich_click as click

_SIZE = re.compile(r"(\d+(?:\.\d+)?) *(B|kB|KB|MB|GB|TB|)")
_BYTES = {"B": 1, "kB": 1024, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4, "": 1}


def size(*, least: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """A callback of an option: the bytes that a size means, which must be `least` or more."""

    def read(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        match = _SIZE.fullmatch(value.strip())
        if match is None or (not match[2] and float(match[1]) > 0):
            raise click.BadParameter(f"{value!r} is no size; write 500MB, 16GB or 1.5TB.")
        found = round(float(match[1]) * _BYTES[match[2]])
        if found < least:
            raise click.BadParameter(f"{value!r} is too small.")
        return found

    return read
