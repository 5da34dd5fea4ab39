"""Operations as Python values, for `pgwright.plan` in place of files: `op.RenameColumn(table="t", column="a", to="b")`.

Each is the class of that name in the operation's own module; it knows how to write itself as a migration.
"""

from __future__ import annotations

import re
from typing import Any

_KIND = "evolve.operations"


def __getattr__(name: str) -> Any:
    """The class `name` of the operation whose file has the same name in lower case; AttributeError for no such one."""
    from .base import registry

    stem = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    if stem not in registry.names(_KIND) or stem == name:
        raise AttributeError(f"module 'pgwright.op' has no attribute {name!r}")
    return getattr(registry.load(_KIND, stem), name)


def __dir__() -> list[str]:
    from .base import registry

    return sorted(registry.class_name(stem) for stem in registry.names(_KIND))
