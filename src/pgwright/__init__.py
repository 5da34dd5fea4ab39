"""pgwright changes the schema of a live PostgreSQL while the application keeps running.

Every verb of `pgwright.api` is a name here too (`pgwright.plan`, `pgwright.expand`, …). It is imported when it is
first asked for, so that `import pgwright` costs nothing.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The function of that name in `pgwright.api`; raises AttributeError where there is none."""
    from .base import registry

    if name.startswith("_") or name not in registry.names("api"):
        raise AttributeError(f"module 'pgwright' has no attribute {name!r}")
    return getattr(registry.load("api", name), name)


def __dir__() -> list[str]:
    from .base import registry

    return ["__version__", *registry.names("api")]
