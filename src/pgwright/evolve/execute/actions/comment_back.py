"""Puts a comment back that a migration has replaced; not over one that somebody has written since."""

from __future__ import annotations

from ....base.event import Notice
from ...steps.step import Lock
from .. import journal, moved, objects
from ..context import Context
from .comment_set import READ, with_text


def locks(context: Context) -> tuple[Lock, ...]:
    """Of a view that was made anew on the way back."""
    return moved.locks(context)


def run(context: Context) -> None:
    """Does nothing where the object is gone."""
    connection = context.connection
    kept = journal.result(connection, context.unit, str(context.parameters["step"]))
    if not kept:
        return
    place = moved.follow(connection, objects.Address(kept["class"], kept["object"]))
    if place is not None and not kept["shared"]:
        kept["class"], kept["object"] = place.catalog, place.oid
    there = connection.execute(
        "SELECT type IS NOT NULL FROM pg_catalog.pg_identify_object(%(class)s::oid, %(object)s::oid, %(part)s)", kept
    ).fetchone()
    if not (there and there[0]):
        return
    now = connection.execute(READ, kept).fetchone()
    if (now and now[0]) != kept["after"]:
        context.on_event(
            Notice(step=context.step.id, message="the comment was changed since by somebody else, and is left as it is")
        )
        return
    context.run(with_text(str(context.parameters["statement"]), kept["before"]))
