"""Sets again what a step has changed; not over what somebody has set since."""

from __future__ import annotations

from ....base.event import Notice
from .. import emptiness, journal, setting
from ..context import Context


def run(context: Context) -> None:
    """Does nothing where the table is gone, or where the step was never done."""
    connection = context.connection
    kept = journal.result(connection, context.unit, str(context.parameters["step"]))
    if not kept or _would_rewrite(context):
        return
    now = {(oid, number): rest for oid, number, *rest in setting.read(connection, context.parameters)}
    after = {(oid, number): rest for oid, number, *rest in kept["after"]}
    for oid, number, clauses, whole in kept["before"]:
        here, whole_here = now.get((oid, number), (clauses, whole))
        then, whole_then = after.get((oid, number), (clauses, whole))
        if here == clauses:
            continue
        if here != then:
            message = "it was set to something else since by somebody else, and is left as it is"
            context.on_event(Notice(step=context.step.id, message=f"{', '.join(here)}: {message}"))
            continue
        restored = whole if whole and whole_here == whole_then else clauses
        context.run(*setting.statements(connection, oid, number, restored))
    rights = setting.rights(connection, context.parameters)
    context.run(*(grant for grant in kept["rights"] if grant not in rights))
    context.run(*(revoke for grant, revoke in rights.items() if revoke and grant not in kept["rights"]))


def _would_rewrite(context: Context) -> bool:
    """A setting that lies in the file of a table is set back only while that is empty."""
    relation, below = int(context.parameters["relation"]), bool(context.parameters["whole"])
    filled = emptiness.with_blocks(context.connection, relation, below=below) if context.parameters["empty"] else ()
    if filled:
        message = f"{', '.join(filled)} has rows by now, and is left as it is: it would be rewritten"
        context.on_event(Notice(step=context.step.id, message=message))
    return bool(filled)
