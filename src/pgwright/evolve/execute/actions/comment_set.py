"""Sets a comment, and keeps in the journal the one that was there, of whatever kind of object."""

from __future__ import annotations

import secrets
from typing import Any

from ....sql import parse
from .. import journal
from ..context import Context

_FIND = """
SELECT classoid::bigint, objoid::bigint, objsubid, false FROM pg_catalog.pg_description WHERE description = %(sign)s
UNION ALL
SELECT classoid::bigint, objoid::bigint, 0, true FROM pg_catalog.pg_shdescription WHERE description = %(sign)s
"""
READ = """
SELECT description FROM pg_catalog.pg_description
WHERE NOT %(shared)s AND classoid = %(class)s AND objoid = %(object)s AND objsubid = %(part)s
UNION ALL
SELECT description FROM pg_catalog.pg_shdescription
WHERE %(shared)s AND classoid = %(class)s AND objoid = %(object)s
"""


def with_text(statement: str, text: str | None) -> str:
    """The COMMENT statement with another text; None removes the comment."""
    node = parse.parse(statement)[0].node
    node.comment = text or ""
    return parse.deparse_statement(node)


def run(context: Context) -> None:
    """The object is found by the server itself: a sign is set as its comment and taken back, so no name is resolved
    in two ways."""
    connection = context.connection
    sign = f"pgwright: {secrets.token_hex(16)}"
    with connection.transaction(force_rollback=True):
        context.run(with_text(str(context.parameters["statement"]), sign))
        row = connection.execute(_FIND, {"sign": sign}).fetchone()
    assert row is not None
    place: dict[str, Any] = dict(zip(("class", "object", "part", "shared"), row, strict=True))
    before = connection.execute(READ, place).fetchone()
    context.run(str(context.parameters["statement"]))
    after = connection.execute(READ, place).fetchone()
    result = {**place, "before": before and before[0], "after": after and after[0]}
    context.run(journal.set_result(context.unit, context.step.id, result))
