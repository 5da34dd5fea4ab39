"""Columns as a person names them: `schema.table.column`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base.errors import MigrationFileError, UsageError

if TYPE_CHECKING:
    from ..clone.statistics import Column


def column(text: str) -> Column:
    """The column that `schema.table.column` names, as SQL spells names. Raises UsageError."""
    from ..clone.statistics import Column
    from ..sql import parse

    try:
        node = parse.parse_expression(text)
        names = [str(parse.unwrap(field).sval) for field in node.fields]
    except (MigrationFileError, AttributeError):
        names = []
    if len(names) != 3:
        raise UsageError(
            f"{text!r} names no column.", hint="Write it as schema.table.column, as in public.utilisateurs.email."
        )
    return Column(schema=names[0], relation=names[1], attribute=names[2])
