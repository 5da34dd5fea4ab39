"""What `plans save` and `plans gate` share: how queries are run, and the baseline file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from ..base.errors import UsageError
from .options import Command, Invocation, seconds

if TYPE_CHECKING:
    from ..diagnose.history.baseline import Baseline


def executing(function: Command) -> Command:
    """Adds `--repeat N`, `--timeout DURATION` and `--execute-writes`."""
    for option in (
        click.option("--execute-writes", is_flag=True, help="Execute statements that write too, and roll them back."),
        click.option("--timeout", metavar="DURATION", callback=seconds, default="60s", show_default=True,
                     help="End a run of a query after this long."),
        click.option("--repeat", type=click.IntRange(min=1), default=3, show_default=True, metavar="N",
                     help="How often each query is executed."),
    ):  # fmt: skip
        function = option(function)
    return function


def narrated(invocation: Invocation) -> Callable[[str, int, int], None]:
    """Tells on stderr which query runs."""
    from ..render.layout import clean

    return lambda name, number, count: invocation.output.narrate(f"{number} of {count}: {clean(name)}")


def write(path: Path, baseline: Baseline) -> None:
    """Writes the baseline file whole or not at all."""
    from ..diagnose.history.baseline import to_text

    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(to_text(baseline), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: the baseline cannot be written: {error.strerror}.") from error
