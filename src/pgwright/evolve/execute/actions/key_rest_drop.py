"""Drops what `key_rest` has built and no constraint stands on: the way back of a key that was not put together."""

from __future__ import annotations

from ....sql.quote import qualified
from .. import key_parts
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """DROP INDEX for each; in the short transaction of the step."""
    found = key_parts.lacking(context.connection, context.parameters)
    return Change(statements=tuple(f"DROP INDEX {qualified(part.schema, part.name)}" for part in found if part.built))
