"""The way to a server: open a session, know what it can do, judge its errors, hide its passwords.

It runs no statement of its own beyond what opening needs, and it never prints or keeps a password. The driver is
imported when something that needs it is first asked for, so that text-only commands start without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .capability import Capabilities
from .redaction import redact

if TYPE_CHECKING:
    from .retry import is_connection_loss, is_transient
    from .session import open
    from .translation import translate

__all__ = ["Capabilities", "is_connection_loss", "is_transient", "open", "redact", "translate"]


def __getattr__(name: str) -> Any:
    if name == "open":
        from .session import open

        return open
    if name in ("is_transient", "is_connection_loss"):
        from . import retry

        return getattr(retry, name)
    if name == "translate":
        from .translation import translate

        return translate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
