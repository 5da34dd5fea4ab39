"""Consent to what cannot be undone: typed on a terminal, or given beforehand with --yes --allow.

Without a terminal nothing is ever asked.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..base.errors import Refused


def may_ask() -> bool:
    """Whether somebody sits there: both stdin and stderr are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def type_name(name: str, losses: Sequence[str]) -> None:
    """Asks for `name` to be typed, after saying what is lost. Raises Refused when something else is typed, or when
    nobody can be asked."""
    from ..render.layout import clean

    hint = "To consent without a terminal: --yes --allow destructive."
    if not may_ask():
        raise Refused(f"This would destroy data for ever, and nobody is there to confirm it ({name}).",
                      reasons=tuple(losses), hint=hint)  # fmt: skip
    lines = ["This cannot be undone:", *(f"  - {clean(loss)}" for loss in losses), f"Type {clean(name)} to go on: "]
    sys.stderr.write("\n".join(lines))
    sys.stderr.flush()
    typed = sys.stdin.readline().strip("\r\n")
    if typed != name:
        raise Refused("The name that was typed is another one.", reasons=tuple(losses), hint=hint)
