"""Settings of a run and where each value came from: command line, environment, `pgwright.toml`, defaults.

It opens no connection and imports no driver; a DSN is text here. Passwords are kept, never shown: who prints a
value redacts it.
"""

from __future__ import annotations

from .loading import load
from .settings import ExecuteSettings, Settings

__all__ = ["ExecuteSettings", "Settings", "load"]
