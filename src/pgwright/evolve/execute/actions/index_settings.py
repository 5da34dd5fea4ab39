"""Gives an index that was built again what its definition does not say: comment, statistics, CLUSTER and the like."""

from __future__ import annotations

from .. import index_saved, journal
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """What the step `saved` kept before it dropped the index."""
    saved = journal.result(context.connection, context.unit, str(context.parameters["saved"]))
    return Change(statements=tuple(index_saved.settings(saved)))
