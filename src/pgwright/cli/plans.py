"""What `plans save` and `plans gate` share: how queries are run, and the baseline file."""

from __future__ import annotations

from collections.abc import Callable

import rich_click as click

from .options import Command, Invocation, seconds


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
