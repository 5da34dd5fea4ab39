"""Whom a name in DROP TABLE means, and the hidden name that the table gets."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ....base.name import RelationName
from ....catalog.values import Table
from ....sql.parse import Node
from ...sync.naming import hidden_name
from .._operation import Request


@dataclass(frozen=True, kw_only=True)
class Target:
    """One table of the statement; `table` is None for one that the same plan creates. `aside` is its hidden name."""

    name: RelationName
    table: Table | None
    aside: str

    def parameter(self) -> dict[str, Any]:
        oid = self.table.oid if self.table is not None else 0
        return {"relation": oid, "name": [self.name.schema, self.name.name], "aside": self.aside}

    def destroys(self) -> dict[str, Any]:
        oid = self.table.oid if self.table is not None else 0
        name = [self.name.schema, self.name.name if oid else self.aside]
        return {"relation": oid, "column": 0, "object": self.name.name, "name": name}


def target(request: Request, listed: Node) -> Target | None:
    """Whom a name of the statement means; None for one that IF EXISTS skips."""
    parts = [part.string.sval for part in listed.items]
    schema = parts[-2] if len(parts) > 1 else ""
    oid = request.catalog.find(parts[-1], schema or None)
    if oid is None:
        schemas = (schema,) if schema else request.catalog.search_path or ("public",)
        made = next((name for each in schemas if (name := RelationName(each, parts[-1])) in request.created), None)
        if made is not None:
            return Target(name=made, table=None, aside=_hidden(request, made))
        if request.action.node.missing_ok and not _renamed_to(request, parts[-1]):
            return None
    elif oid in request.shapes and request.shapes[oid].dropped and request.action.node.missing_ok:
        return None
    table = request.changeable(SimpleNamespace(schemaname=schema, relname=parts[-1]))
    if table.kind == "f":
        raise request.error(f'"{table.name}" is a foreign table', hint="Say DROP FOREIGN TABLE.")
    return Target(name=table.name, table=table, aside=_hidden(request, table.name))


def _renamed_to(request: Request, name: str) -> bool:
    return any(shape.renamed is not None and shape.renamed.name == name for shape in request.shapes.values())


def _hidden(request: Request, name: RelationName) -> str:
    """A hidden name that no relation has: an earlier table of the name may be aside still."""
    taken = {each.name for each in request.catalog.relation_names if each.schema == name.schema} | request.names
    wanted = hidden_name(name.name, "old")
    number = 1
    while wanted in taken:
        number += 1
        wanted = hidden_name(name.name, f"old{number}")
    request.names.add(wanted)
    return wanted
