"""The health checks as a list: what each looks for, and the thresholds that can be set."""

from __future__ import annotations

from collections.abc import Sequence

from ..config.limits import amount
from ..diagnose.health.catalogue import Check
from .layout import PLAIN, Style, clean, indented


def health_list(checks: Sequence[Check], *, columns: int = 80, style: Style = PLAIN) -> str:
    """One block for each check."""
    lines: list[str] = []
    for check in checks:
        lines.append(style.bold(clean(check.name)))
        lines += indented(clean(check.title), columns, first="  ")
        if check.file:
            lines += indented(clean(check.file), columns, first="  from ")
        for name, each in check.thresholds.items():
            lines += indented(f"{name} = {amount(each.unit, each.default)}: {each.about}", columns, first="    ")
    return "\n".join(lines) + "\n"
