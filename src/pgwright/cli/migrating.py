"""`--migration NAME` of commands that give advice: the cures go into the next migration file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .options import Invocation

if TYPE_CHECKING:
    from ..config import Settings


def written(invocation: Invocation, settings: Settings, name: str | None, statements: str) -> str:
    """The path of the file that was written, and says so on stderr; "" where none was asked for, or there is nothing to
    write, which is said too."""
    from ..api.new import new

    if name is None:
        return ""
    if not statements:
        invocation.output.narrate("Nothing belongs into a migration: no file was written.")
        return ""
    path = new(settings, name, statements)
    invocation.output.narrate(f"Written to {path}; pgwright plan shows what it becomes.")
    return str(path)
