"""What a publication must not send: a table with a column that is in flight."""

from __future__ import annotations

from ...sql import parse
from . import _objects
from ._operation import Request


def refuse(request: Request, *, everything: bool) -> None:
    """Refuses to publish, without a list of columns, a table with a column between two names: the subscribers do not
    have the hidden one, and their apply would stop at the first row."""
    for link in _objects.in_flight(request):
        table = request.catalog.tables.get(link.table)
        if table is None or not (everything or _names(request, table.name.name, table.name.schema)):
            continue
        raise request.refuse(
            f"{table.name} has a column between two names ({link.old_name} and {link.new_name}) until {link.migration} "
            "is contracted, which the subscribers do not have",
            hint="Contract that first; or publish the table with a list of columns.",
        )


def _names(request: Request, table: str, schema: str) -> bool:
    for each in map(parse.unwrap, request.action.node.pubobjects):
        if each.HasField("pubtable"):
            published = each.pubtable
            if published.relation.relname == table and len(published.columns) == 0:
                return True
        elif each.name == schema or not each.name:
            return True
    return False
