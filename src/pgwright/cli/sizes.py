"""Sizes on the command line: `500MB`, `1.5GB`."""

from __future__ import annotations

from collections.abc import Callable

import rich_click as click

from ..config.limits import measure


def size(*, least: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """A callback of an option: the bytes that a size means, which must be `least` or more. A number without a unit
    could mean bytes or megabytes, and only 0 is both."""

    def read(_context: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
        if value is None:
            return None
        try:
            found = round(measure("B", value))
        except ValueError as error:
            raise click.BadParameter(f"{value!r} {error}.") from None
        if found and value.strip()[-1].isdigit():
            raise click.BadParameter(f"{value!r} has no unit: {value.strip()}MB?")
        if found < least:
            raise click.BadParameter(f"{value!r} is too small.")
        return found

    return read
