"""Runs a GRANT, a REVOKE or ALTER DEFAULT PRIVILEGES, and keeps the rights that it changed."""

from __future__ import annotations

from .. import journal, rights_kept
from ..context import Context


def run(context: Context) -> None:
    """The catalogs are read before and after, in the transaction of the step."""
    before = rights_kept.picture(context.connection)
    context.run(str(context.parameters["statement"]))
    changed = rights_kept.differences(before, rights_kept.picture(context.connection))
    context.run(journal.set_result(context.unit, context.step.id, {"rights": changed}))
