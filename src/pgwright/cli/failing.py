"""`--fail-on`: from which severity on what was found makes a command exit with 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import rich_click as click

from .options import Command

if TYPE_CHECKING:
    from ..base.finding import Finding


def failing(default: str = "danger") -> Callable[[Command], Command]:
    """Adds `--fail-on SEVERITY`, given to the command as `fail_on`."""
    return click.option(
        "--fail-on", type=click.Choice(["notice", "warning", "danger", "never"]), default=default, show_default=True,
        help="Exit 1 when something at least as bad was found.",
    )  # fmt: skip


def worst(findings: Sequence[Finding], fail_on: str) -> int:
    """1 when a finding is at or above `fail_on`, else 0."""
    from ..base.finding import Severity

    order = [severity.value for severity in Severity]
    return int(any(order.index(found.severity) >= order.index(fail_on) for found in findings if fail_on in order))
