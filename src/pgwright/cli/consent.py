"""Consent to what cannot be undone: typed on a terminal, or given beforehand with --yes --allow.

Without a terminal nothing is ever asked.
"""

from __future__ import annotations

import sys

from ..base.errors import Refused, Unconfirmed
from ..render.layout import clean


def may_ask() -> bool:
    """Whether somebody sits there: both stdin and stderr are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def given(allow: frozenset[str], *, yes: bool) -> frozenset[str]:
    """What is consented to beforehand: `destructive` only together with --yes. Without --yes it is asked for on a
    terminal when it comes to that, and refused elsewhere: a flag in a script's history is not a consent."""
    if "destructive" not in allow or yes:
        return allow
    if not may_ask():
        raise Refused("--allow destructive needs --yes where nobody can be asked.", hint="Add --yes, if you mean it.")
    return allow - {"destructive"}


def ask(error: Unconfirmed) -> None:
    """Asks for the name of `error.object` to be typed. Raises `error` itself when nobody can be asked, Refused when
    something else is typed."""
    if not may_ask():
        raise error
    lines = [clean(error.message, keep_lines=True), f"This cannot be undone. Type {clean(error.object)} to go on: "]
    sys.stderr.write("\n".join(lines))
    sys.stderr.flush()
    if sys.stdin.readline().strip("\r\n") != error.object:
        raise Refused("The name that was typed is another one.", state=error.state, hint=error.hint)
